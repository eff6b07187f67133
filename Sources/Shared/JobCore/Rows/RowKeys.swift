/// The keys of the rows of one batch, by the bytes of their text.
package struct RowKeys: Sendable {
    /// Where each key column is in the batch.
    package let positions: [Int]
    private var slots: [Int32] = []
    private var hashes: [UInt64] = []

    /// Keys of these names in batches of these columns.
    package init(_ names: [String], _ columns: [Column]) {
        positions = names.compactMap { name in columns.firstIndex { $0.name == name } }
    }

    /// For each row the row before it with the same key, -1 when there is none.
    package mutating func repeats(in batch: RowBatch) -> [Int32] {
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

    /// The hashes of these rows, in place of what the array held.
    func hash(_ batch: RowBatch, _ rows: some Collection<Int>, into hashes: inout [UInt64]) {
        hashes.removeAll(keepingCapacity: true)
        hashes.reserveCapacity(rows.count)
        for row in rows { hashes.append(hash(batch, row)) }
    }

    /// A number that differs for different keys, but for one case in 2^64.
    package func hash(_ batch: RowBatch, _ row: Int) -> UInt64 {
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
}
