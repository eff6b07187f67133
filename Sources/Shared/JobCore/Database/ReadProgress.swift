internal import Synchronization

/// How much there is to read, as far as that is known; told by the reader, shown to people.
package final class ReadProgress: Sendable {
    private struct State {
        var rows: Int?
        var share: Double?
    }

    private let state = Mutex(State())

    package init() {}

    /// There are about so many rows in all.
    package func expect(rows: Int) { state.withLock { $0.rows = rows } }

    /// This share of the work, 0…1, has been read, in so many rows.
    package func note(share: Double, rows: Int) {
        state.withLock { state in
            state.share = share
            if share > 0 { state.rows = Int(min(Double(rows) / share, 1e15)) }
        }
    }

    /// Rows in all, `nil` while nobody knows.
    package var rows: Int? { state.withLock { $0.rows } }

    /// The share of the work when `rows` are written: by the reader's own measure, else by the count of rows.
    package func share(written rows: Int) -> Double? {
        state.withLock { state in
            if let share = state.share { return share }
            guard let total = state.rows, total > 0 else { return nil }
            return Double(rows) / Double(total)
        }
    }
}
