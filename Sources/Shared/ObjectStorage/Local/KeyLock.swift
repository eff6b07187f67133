import Glibc
import JobCore

/// Keeps all other writers of a key out, in this process and in others, as long as it lives.
///
/// One of the files of the key's first segment, an organisation, is locked with `flock`: a process of one that is frozen
/// keeps no other one waiting. Each lock opens the file anew, so it also excludes tasks of one process. The files stay:
/// removing one while another process waits for it would split the lock in two.
struct KeyLock: ~Copyable {
    private static let folderSegments: [Substring] = [Substring(ObjectKey.reservedPrefix), "locks"]
    /// Files of one organisation.
    private static let fileCount: UInt64 = 16

    private let file: FileDescriptor

    /// Seconds to wait for other writers; they hold a lock for moments, but one that is frozen holds it for good.
    private static let patience = 8.0

    /// Waits for the lock of the key.
    ///
    /// Throws `store_busy` (75).
    init(_ key: ObjectKey, in tree: ObjectTree) throws(JobError) {
        let action = "lock object \(key)"
        let name = Self.fileName(key)
        guard let folder = try tree.openFolder(Self.folderSegments, creating: true),
            let file = FileDescriptor.open(name, in: folder.number, O_RDWR | O_CREAT, mode: 0o660)
        else { throw FileFailure.current(action) }
        let end = WallClock.monotonicSeconds() + Self.patience
        var pause: UInt32 = 100
        while try !file.lock(waiting: false, action) {
            if WallClock.monotonicSeconds() > end {
                throw JobError(
                    .storeBusy, "\(action): another process holds the lock of the store"
                )
            }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
        self.file = file
    }

    private static func fileName(_ key: ObjectKey) -> String {
        let owner = String(hash(key.text.utf8.prefix { $0 != UInt8(ascii: "/") }), radix: 36)
        return "\(owner)-\(hash(key.text.utf8) % fileCount)"
    }

    /// FNV-1a; `Hasher` gives other numbers in each process.
    private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
