internal import Glibc
package import Testing

/// A document of the project of which a part is made from the code.
///
/// With `WRITE_PAGES=1` in the environment the document is written instead of compared.
package struct Page {
    private let name: String

    /// The document at a path from the working copy.
    package init(_ name: String) { self.name = name }

    /// Expects the document to be this text, or the part between two marks to be it.
    package func expect(
        _ text: String, behind start: String = "", before end: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = TestFolders.root + "/" + name
        let isWritten = unsafe getenv("WRITE_PAGES") != nil
        let old = isWritten && start.isEmpty ? "" : String(decoding: try TemporaryFolder.read(path), as: UTF8.self)
        let from = start.isEmpty ? old.startIndex : try #require(old.firstRange(of: start)).upperBound
        let to = end.isEmpty ? old.endIndex : try #require(old[from...].firstRange(of: end)).lowerBound
        if isWritten {
            let whole = old[..<from] + text + old[to...]
            let result = try ChildProcess.run("tee", [path], input: Array(whole.utf8))
            #expect(result.status == 0, sourceLocation: sourceLocation)
            return
        }
        let differing = zip(old[from..<to].split(separator: "\n"), text.split(separator: "\n")).first { $0 != $1 }
        #expect(
            old[from..<to] == text, "\(name) says: \(differing?.0 ?? "")\nthe code says: \(differing?.1 ?? "")",
            sourceLocation: sourceLocation)
    }
}
