/// What the local header of a file in an archive says (APPNOTE.TXT section 4.3.7).
struct ZipEntry {
    static let fixedBytes = 30
    private static let stored = 0
    private static let deflated = 8
    private static let aes = 99

    let flags: Int
    let method: Int
    /// Of the contents, unless a descriptor follows them.
    let checksum: UInt32
    /// Bytes in the archive and bytes of contents, unless a descriptor follows them.
    private(set) var packedBytes: Int
    private(set) var plainBytes: Int
    let name: String

    /// Bytes of the whole header whose beginning is given.
    static func headerBytes(_ start: [UInt8]) -> Int {
        fixedBytes + start.number(at: 26, bytes: 2) + start.number(at: 28, bytes: 2)
    }

    /// The header, signature included; `nil` when it contradicts itself.
    init?(_ header: [UInt8]) {
        flags = header.number(at: 6, bytes: 2)
        method = header.number(at: 8, bytes: 2)
        checksum = UInt32(header.number(at: 14, bytes: 4))
        packedBytes = header.number(at: 18, bytes: 4)
        plainBytes = header.number(at: 22, bytes: 4)
        let nameEnd = Self.fixedBytes + header.number(at: 26, bytes: 2)
        name = String(decoding: header[Self.fixedBytes..<nameEnd], as: UTF8.self)
        guard readLargeSizes(header[nameEnd...]) else { return nil }
    }

    /// Sizes of 4 GiB and more are in a field of their own (section 4.5.3).
    private mutating func readLargeSizes(_ extra: ArraySlice<UInt8>) -> Bool {
        let placeholder = 0xFFFF_FFFF
        guard plainBytes == placeholder || packedBytes == placeholder else { return true }
        var extra = Array(extra)
        while extra.count >= 4 {
            let count = extra.number(at: 2, bytes: 2)
            guard extra.count >= 4 + count else { return false }
            if extra.number(at: 0, bytes: 2) == 1 {
                var at = 4
                for field in [\ZipEntry.plainBytes, \.packedBytes] where self[keyPath: field] == placeholder {
                    guard at + 8 <= 4 + count else { return false }
                    self[keyPath: field] = extra.number(at: at, bytes: 8)
                    at += 8
                }
                return plainBytes >= 0 && packedBytes >= 0
            }
            extra.removeFirst(4 + count)
        }
        // Without the field they are what they say.
        return true
    }

    var isEncrypted: Bool { flags & 0x2041 != 0 || method == Self.aes }
    var isStored: Bool { method == Self.stored }
    /// A stored or deflated file.
    var hasKnownMethod: Bool { isStored || method == Self.deflated }
    /// Checksum and sizes follow the contents.
    var hasDescriptor: Bool { flags & 8 != 0 }
    /// The header tells where the contents end.
    var hasKnownEnd: Bool { !hasDescriptor || packedBytes > 0 }

    /// Folders, and what operating systems leave in archives unasked.
    var isPassedOver: Bool {
        if name.hasSuffix("/") || name.hasSuffix("\\") { return true }
        let parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        let last = parts.last?.lowercased()
        return parts.first == "__MACOSX" || last == "thumbs.db" || last == "desktop.ini"
            || parts.contains { $0.hasPrefix(".") }
    }

    /// What a document is called that is an archive itself.
    var document: String? {
        if name == "[Content_Types].xml" { return "an Excel workbook" }
        if name == "mimetype" { return "an OpenDocument file" }
        let folders = ["_rels/", "docProps/", "xl/", "word/", "ppt/"]
        return folders.contains { name.hasPrefix($0) } ? "an Excel workbook" : nil
    }

    /// The forms in which a descriptor may state these figures: with or without signature, sizes of 4 or 8 bytes
    /// (section 4.3.9).
    static func descriptors(checksum: UInt32, packedBytes: Int, plainBytes: Int) -> [[UInt8]] {
        let sum = [UInt8](number: Int(checksum), bytes: 4)
        return [4, 8].flatMap { bytes -> [[UInt8]] in
            guard bytes == 8 || max(packedBytes, plainBytes) <= 0xFFFF_FFFF else { return [] }
            let figures =
                sum + [UInt8](number: packedBytes, bytes: bytes) + [UInt8](number: plainBytes, bytes: bytes)
            return [figures, [0x50, 0x4B, 7, 8] + figures]
        }
    }
}

extension [UInt8] {
    /// A number of the archive, least significant byte first.
    func number(at start: Int, bytes: Int) -> Int {
        self[start..<start + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    init(number: Int, bytes: Int) {
        self = (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
