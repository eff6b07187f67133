import Glibc
import JobCore

extension ObjectTree {
    /// The objects whose keys start with the prefix, sorted by key.
    ///
    /// Entries that no key can name, links, pipes and devices are left out.
    func list(prefix: String) throws(JobError) -> [ObjectInfo] {
        try ObjectKey.check(prefix: prefix)
        let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folderText = slash.map { String(prefix[..<$0]) } ?? ""
        let namePrefix = slash.map { Substring(prefix.utf8[$0...].dropFirst()) } ?? prefix[...]
        var found: [ObjectInfo] = []
        let base = slash == nil ? "" : "\(folderText)/"
        try collect(base, ObjectKey.split(folderText, omittingEmpty: true), namePrefix: namePrefix, into: &found)
        return found.sorted { $0.key.precedes($1.key) }
    }

    /// Removes the empty folders below a prefix that ends with a slash; without a prefix, none.
    ///
    /// A writer that loses its folder here makes it again.
    func removeEmptyFolders(prefix: String) throws(JobError) {
        guard prefix.hasSuffix("/") else { return }
        try removeEmptyFolders(in: ObjectKey(validating: String(prefix.dropLast())).segments)
    }

    private func removeEmptyFolders(in segments: [Substring]) throws(JobError) {
        guard let folder = try openFolder(segments, creating: false) else { return }
        for entry in try FolderEntries.read(folder, "list a folder") where entry.kind == .folder {
            try removeEmptyFolders(in: segments + [Substring(entry.name)])
            unsafe unlinkat(folder.number, entry.name, AT_REMOVEDIR)
        }
    }

    private func collect(
        _ base: String, _ segments: [Substring], namePrefix: Substring, into found: inout [ObjectInfo]
    ) throws(JobError) {
        guard let folder = try openFolder(segments, creating: false) else { return }
        for entry in try FolderEntries.read(folder, "list folder \(base)") {
            guard entry.name.utf8.starts(with: namePrefix.utf8) else { continue }
            guard let key = try? ObjectKey(validating: base + entry.name) else { continue }
            switch entry.kind {
            case .folder:
                try collect("\(key.text)/", segments + [Substring(entry.name)], namePrefix: "", into: &found)
            case .file:
                // An object deleted since the folder was read is not listed.
                if let file = try openObject(entry.name, in: folder, key) { found.append(try describe(file, key)) }
            case .other: continue
            }
        }
    }
}
