internal import Synchronization

/// The notes of one attempt, in the order in which they were made.
package final class NoteBook: Sendable {
    /// Notes that are kept; a source with more oddities has said enough.
    private static let limit = 100

    private struct Mark: Hashable {
        let code: String
        let place: String
    }

    private struct State {
        var notes: [Note] = []
        var index: [Mark: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a note; one of the same code and place is replaced, for it may have counted further.
    package func add(_ note: Note) {
        state.withLock { state in
            let mark = Mark(code: note.code, place: note.place)
            if let index = state.index[mark] {
                state.notes[index] = note
            } else if state.notes.count < Self.limit {
                state.index[mark] = state.notes.count
                state.notes.append(note)
            }
        }
    }

    /// The notes so far.
    package var notes: [Note] { state.withLock { $0.notes } }
}
