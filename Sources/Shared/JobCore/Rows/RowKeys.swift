/// The keys of the rows of one batch, by the bytes of their text; e-mail addresses without regard to case.
package struct RowKeys: Sendable {
    /// Where each key column is in the batch.
    package let positions: [Int]
    /// For each of them, whether letters count without regard to case.
    private let isCaseless: [Bool]
    private var slots: [Int32] = []
    private var hashes: [UInt64] = []

    /// Keys of these names in batches of these columns.
    package init(_ names: [String], _ columns: [Column]) {
        self.init(names, columns) { _ in false }
    }

    /// What rows match by, in batches of these columns.
    package init(matchOn request: LoadRequest, _ columns: [Column]) {
        self.init(request.matchOn, columns, isCaseless: request.matchesWithoutCase)
    }

    private init(_ names: [String], _ columns: [Column], isCaseless: (Column) -> Bool) {
        positions = names.compactMap { name in columns.firstIndex { $0.name == name } }
        self.isCaseless = positions.map { isCaseless(columns[$0]) }
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

    /// A number that differs for different keys, but for one pair in 2^64 that nobody can choose.
    ///
    /// Where it alone decides, in dry runs, at most 2^24 keys of 62 bits each are compared: that two of them are one
    /// there by chance happens once in 2^15 such runs.
    package func hash(_ batch: RowBatch, _ row: Int) -> UInt64 {
        var hash = KeyedHash()
        batch.withCells { cells in
            for (position, isCaseless) in zip(positions, isCaseless) {
                let text = unsafe cells.text(cells[row, position])
                // Where a text ends is told by its length.
                if positions.count > 1 { hash.add(UInt64(text.count)) }
                if isCaseless { unsafe hash.addWithoutCase(text) } else { unsafe hash.add(text) }
            }
        }
        return hash.finish()
    }

    private func isSame(_ batch: RowBatch, _ left: Int, _ right: Int) -> Bool {
        zip(positions, isCaseless).allSatisfy { position, isCaseless in
            let one = batch.bytes[batch.range(row: left, column: position)]
            let other = batch.bytes[batch.range(row: right, column: position)]
            return isCaseless ? one.elementsEqual(other) { ASCII.lower($0) == ASCII.lower($1) } : one == other
        }
    }
}
