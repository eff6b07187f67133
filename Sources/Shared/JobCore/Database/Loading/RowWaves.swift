/// Rows of a batch in waves, each with a key once: what is done with a row finds what was done with the one before it that
/// has its key.
package struct RowWaves {
    /// The rows of each wave, in their order.
    package let rows: [[Int]]

    /// `repeats` names for each row of the batch the one before it with its key, -1 without one.
    package init(_ all: [Int], repeats: [Int32]) {
        var wave = [Int](repeating: 0, count: repeats.count)
        var count = 1
        for row in all where repeats[row] >= 0 {
            wave[row] = wave[Int(repeats[row])] + 1
            count = max(count, wave[row] + 1)
        }
        if count == 1 {
            rows = [all]
            return
        }
        var rows = [[Int]](repeating: [], count: count)
        for row in all { rows[wave[row]].append(row) }
        self.rows = rows
    }
}
