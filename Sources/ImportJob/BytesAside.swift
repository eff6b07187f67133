internal import JobCore

/// The bytes of a large batch, on this machine's disk while the database has its rows in a form of its own.
///
/// They are read back when a row is refused after all. The file has no name: it ends with the process, however that ends.
actor BytesAside {
    private let executor = BlockingExecutor(label: "bytes-aside")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let file: NamelessFile
    private var count = 0

    private init(_ file: NamelessFile) { self.file = file }

    /// Writes the bytes; `nil` where there is no room for them, so that they stay in memory.
    static func keep(_ bytes: [UInt8]) async -> BytesAside? {
        guard let file = try? NamelessFile() else { return nil }
        let aside = BytesAside(file)
        return await aside.write(bytes) ? aside : nil
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        count = bytes.count
        return (try? file.append(bytes)) != nil
    }

    /// The bytes as they were.
    ///
    /// Throws `io_error` (71).
    func read() throws(JobError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(NamelessFile.Failure) {
            try file.read(count, at: 0, into: &bytes)
            if bytes.count == count { return bytes }
            throw NamelessFile.Failure(number: 0)
        } catch {
            throw JobError(
                .ioError, "a row that was put aside in \(NamelessFile.folder) cannot be read: error \(error.number)",
                hint: "check the disk, or name another folder in TMPDIR")
        }
    }
}

extension CheckedBatch {
    /// Bytes from which on the rows of the source wait on the disk.
    private static let asideBytes = 16 << 20

    /// Puts the rows of the source aside while the mapped ones are written: a row may have 64 MiB, and a database makes
    /// more than one copy of it.
    mutating func setAside() async {
        guard source.rows.byteCount > Self.asideBytes, mapped.byteCount > Self.asideBytes else { return }
        aside = await BytesAside.keep(source.rows.bytes)
        if aside != nil { source.rows.bytes = [] }
    }

    /// Takes back what was put aside, for a batch in which a row is refused; the mapped rows are of no more use then.
    mutating func takeBack(for outcome: LoadOutcome) async throws {
        guard let aside, !problems.isEmpty || !source.defects.isEmpty || !outcome.refused.isEmpty else { return }
        mapped = RowBatch(columnCount: 0)
        source.rows.bytes = try await aside.read()
        self.aside = nil
    }
}
