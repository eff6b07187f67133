/// What to do about a file that came out as one column and has no key.
enum OneColumnHint {
    /// In words; `nil` when there are several columns.
    static func text(_ names: [String]) -> String? {
        guard names.count == 1, let name = names.first else { return nil }
        if name.utf8.contains(where: { [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")].contains($0) }) {
            return "the file has one column, whose name looks like several: whole lines stand in quotes; save it "
                + "without them"
        }
        let marks = name.unicodeScalars.filter { scalar in
            scalar.isASCII && scalar.value > 0x20 && scalar != "_" && scalar != "-" && scalar != "."
                && !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
        }
        let separator = marks.first.map { " to \"\($0)\"" } ?? ""
        return "the file has one column: if something else separates its fields, set csv.delimiter\(separator)"
            + "; else name the column in 'mapping'"
    }
}
