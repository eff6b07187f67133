internal import TestSupport

/// The database a workbench starts with.
///
/// Each is made once, by the programs themselves.
enum Template: Sendable {
    /// None: the first run makes it.
    case none
    /// The demo organisation as a first run makes it.
    case demo
    /// The demo organisation with a sixteenth of its events.
    case small
    /// Every table, no row.
    case empty

    private static let demoBytes = Result { try make(reducing: "") }
    private static let smallBytes = Result { try make(reducing: "DELETE FROM events WHERE id >= '1';") }
    private static let emptyBytes = Result { try makeEmpty() }

    func bytes() throws -> [UInt8]? {
        switch self {
        case .none: nil
        case .demo: try Self.demoBytes.get()
        case .small: try Self.smallBytes.get()
        case .empty: try Self.emptyBytes.get()
        }
    }

    private static func make(reducing statement: String) throws -> [UInt8] {
        let bench = try Workbench(.none)
        let run = try bench.export(#""resource":"audiences","format":"csv""#)
        return try finish(bench, run, statement)
    }

    private static func makeEmpty() throws -> [UInt8] {
        let bench = try Workbench(.none)
        try bench.folder.makeFolder(".data")
        let run = try bench.run(
            .import, ["migrate"], variables: ["DATABASE_URL": "sqlite:" + Workbench.database])
        return try finish(bench, run, "")
    }

    /// The database as one file.
    private static func finish(_ bench: Workbench, _ run: JobRun, _ statement: String) throws -> [UInt8] {
        guard run.status == 0 else { throw ToolFailure(tool: "job", status: run.status, text: run.errorText) }
        // How it was made is no part of it.
        try bench.sql(statement + " DELETE FROM audit_log; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
        return try bench.folder.read(Workbench.database)
    }
}
