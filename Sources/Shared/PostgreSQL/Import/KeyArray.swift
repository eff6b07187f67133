internal import JobCore

extension RowKeys {
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
