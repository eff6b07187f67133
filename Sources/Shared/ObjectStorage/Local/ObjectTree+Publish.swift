import Glibc
import JobCore
import Signing

extension ObjectTree {
    /// Gives a staged file the name of its object, when the mode's condition holds.
    ///
    /// `contents` is the digest of the file, needed up to `contentTagLimit` bytes.
    func publish(
        _ staged: consuming StagedFile, at key: ObjectKey, mode: PutMode, contents: SHA256Digest?
    ) throws(JobError) -> ObjectInfo {
        let action = "write object \(key)"
        let segments = key.segments
        guard let last = segments.last, let folder = try openFolder(segments.dropLast(), creating: true) else {
            throw FileFailure.make(ENOENT, action)
        }
        let name = String(last)
        // Checked here too, so that a writer that comes too late does not wait for the disk.
        try check(mode, name, in: folder, key)
        try staged.file.synchronise(action)
        do {
            let lock = try KeyLock(key, in: self)
            try check(mode, name, in: folder, key)
            if try !move(staged, to: name, in: folder, mode, key) {
                // The folder was empty and somebody's delete has just removed it.
                guard let again = try openFolder(segments.dropLast(), creating: true),
                    try move(staged, to: name, in: again, mode, key)
                else { throw FileFailure.make(ENOENT, action) }
                try again.synchronise(action)
            }
            _ = consume lock
        }
        try folder.synchronise(action)
        return info(key, try staged.file.status(action), contents: contents)
    }

    /// Removes an object; no effect when there is none.
    func remove(_ key: ObjectKey) throws(JobError) {
        let action = "delete object \(key)"
        let segments = key.segments
        guard let last = segments.last, let folder = try openFolder(segments.dropLast(), creating: false) else {
            return
        }
        let name = String(last)
        guard try openObject(name, in: folder, key) != nil else { return }
        do {
            let lock = try KeyLock(key, in: self)
            if unsafe unlinkat(folder.number, name, 0) != 0 {
                if errno == ENOENT || errno == EISDIR { return }
                throw FileFailure.current(action)
            }
            _ = consume lock
        }
        try folder.synchronise(action)
        try removeIfEmpty(segments.dropLast())
    }

    /// Removes the folder that held the last of its objects, so that a dead attempt leaves nothing.
    private func removeIfEmpty(_ segments: ArraySlice<Substring>) throws(JobError) {
        guard let name = segments.last, let parent = try openFolder(segments.dropLast(), creating: false) else {
            return
        }
        unsafe unlinkat(parent.number, String(name), AT_REMOVEDIR)
    }

    private func check(
        _ mode: PutMode, _ name: String, in folder: borrowing FileDescriptor, _ key: ObjectKey
    ) throws(JobError) {
        if case .overwrite = mode { return }
        guard let current = try openObject(name, in: folder, key) else {
            if case .updateIfMatches = mode { throw StoreFailure.precondition(key, mode) }
            return
        }
        switch mode {
        case .overwrite: return
        case .createOnly: throw StoreFailure.precondition(key, mode)
        case .updateIfMatches(let tag):
            if try describe(current, key).tag != tag { throw StoreFailure.precondition(key, mode) }
        }
    }

    /// Moves the file to its place; false when the folder is gone.
    private func move(
        _ staged: borrowing StagedFile, to name: String, in folder: borrowing FileDescriptor, _ mode: PutMode,
        _ key: ObjectKey
    ) throws(JobError) -> Bool {
        if case .createOnly = mode {
            // Fails when the name is taken, also by a writer that does not use the locks.
            if unsafe linkat(staged.folder.number, staged.name, folder.number, name, 0) == 0 { return true }
            let reason = errno
            if reason == ENOENT { return false }
            // A folder in the way makes no object: that conflict does not go away by trying again.
            if reason == EEXIST, try openObject(name, in: folder, key) != nil {
                throw StoreFailure.precondition(key, mode)
            }
            throw FileFailure.make(reason, "write object \(key)")
        }
        if unsafe renameat(staged.folder.number, staged.name, folder.number, name) != 0 {
            if errno == ENOENT { return false }
            throw FileFailure.current("write object \(key)")
        }
        return true
    }
}
