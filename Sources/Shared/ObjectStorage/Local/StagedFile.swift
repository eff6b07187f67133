import Glibc
import JobCore
import Synchronization

/// A file under a name of its own in the staging folder, locked as long as its writer lives.
///
/// A sweeper takes a file whose lock is free for one whose writer is gone. Between the creation of a file and its lock a
/// sweeper may take the file away; the writer sees that the file has no name left and starts with another one.
struct StagedFile: ~Copyable {
    static let folderSegments: [Substring] = [Substring(ObjectKey.reservedPrefix), "staging"]
    private static let counter = Atomic<Int>(0)

    let file: FileDescriptor
    let folder: FileDescriptor
    let name: String

    /// Creates and locks a new file.
    init(in tree: ObjectTree) throws(JobError) {
        let action = "create a staging file"
        guard let folder = try tree.openFolder(Self.folderSegments, creating: true) else {
            throw FileFailure.make(ENOENT, action)
        }
        while true {
            let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
            let random = UInt64.random(in: 0 ... .max)
            let name = "\(getpid())-\(number)-\(String(random, radix: 16))"
            guard let file = FileDescriptor.open(name, in: folder.number, O_RDWR | O_CREAT | O_EXCL, mode: 0o640)
            else {
                if errno == EEXIST { continue }
                throw FileFailure.current(action)
            }
            let isLocked = try file.lock(waiting: true, action)
            if isLocked, try file.status(action).linkCount > 0 {
                self.file = file
                self.folder = folder
                self.name = name
                return
            }
        }
    }

    deinit {
        // After a rename there is nothing under the name; after a link or without publication there is.
        _ = unsafe unlinkat(folder.number, name, 0)
    }

    /// Removes the files whose writers are gone.
    static func sweep(_ tree: ObjectTree) throws(JobError) {
        guard let folder = try tree.openFolder(folderSegments, creating: false) else { return }
        for entry in try FolderEntries.read(folder, "list the staging folder") where entry.kind != .folder {
            guard let file = FileDescriptor.open(entry.name, in: folder.number, O_RDONLY | O_NONBLOCK) else {
                // Published or swept since the folder was read, or a link, which no writer makes.
                continue
            }
            guard try file.lock(waiting: false, "lock a staging file") else { continue }
            if unsafe unlinkat(folder.number, entry.name, 0) != 0, errno != ENOENT {
                throw FileFailure.current("remove a staging file")
            }
        }
    }
}
