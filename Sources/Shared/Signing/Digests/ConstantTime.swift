/// Comparisons whose time tells nothing of where two texts differ.
package enum ConstantTime {
    /// Whether the texts have the same bytes.
    package static func equal(_ left: String, _ right: String) -> Bool {
        let difference = zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && left.utf8.count == right.utf8.count
    }
}
