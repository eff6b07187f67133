internal import JobCore

/// The keys of the rows of one batch, by the bytes of their text.
struct BatchKeys: Sendable {
    /// Where each key column is in the batch.
    private let positions: [Int]
    private var slots: [Int32] = []
    private var hashes: [UInt64] = []

    /// The key of the resource in batches of these columns.
    init(_ resource: Resource, _ columns: [Column]) {
        positions = resource.key.compactMap { key in columns.firstIndex { $0.name == key } }
    }

    /// For each row the row before it with the same key, -1 when there is none.
    mutating func repeats(in batch: RowBatch) -> [Int32] {
        let count = batch.rowCount
        var size = 16
        while size < count * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        hashes = (0..<count).map { hash(batch, $0) }
        var earlier = [Int32](repeating: -1, count: count)
        for row in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[row]) & (size - 1)
            while slots[slot] >= 0 {
                let other = Int(slots[slot])
                if hashes[other] == hashes[row], isSame(batch, other, row) {
                    earlier[row] = Int32(other)
                    break
                }
                slot = (slot + 1) & (size - 1)
            }
            slots[slot] = Int32(row)
        }
        return earlier
    }

    /// A number that differs for different keys, but for one case in 2^64.
    func hash(_ batch: RowBatch, _ row: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            for position in positions {
                for index in batch.range(row: row, column: position) {
                    hash = unsafe (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3
                }
                // Between two columns stands what no text holds.
                hash = (hash ^ 0x1FF) &* 0x0000_0100_0000_01B3
            }
        }
        // FNV-1a mixes its low bits poorly (http://www.isthe.com/chongo/tech/comp/fnv/).
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return hash ^ (hash >> 29)
    }

    private func isSame(_ batch: RowBatch, _ left: Int, _ right: Int) -> Bool {
        positions.allSatisfy { position in
            batch.bytes[batch.range(row: left, column: position)]
                == batch.bytes[batch.range(row: right, column: position)]
        }
    }

    /// The values of one key column in some rows, as the text of an array.
    func array(_ batch: RowBatch, _ rows: [Int], keyColumn: Int) -> String {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, row) in rows.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            if batch.isNull(row: row, column: positions[keyColumn]) {
                text.append(contentsOf: "NULL".utf8)
                continue
            }
            text.append(UInt8(ascii: "\""))
            for byte in batch.bytes[batch.range(row: row, column: positions[keyColumn])] {
                if byte == 0x22 || byte == 0x5C { text.append(0x5C) }
                text.append(byte)
            }
            text.append(0x22)
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}
