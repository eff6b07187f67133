extension StringProtocol {
    /// Whether the texts have the same bytes.
    ///
    /// `==` of texts also takes other spellings of the same characters for equal (a Kelvin sign for a K, an `é` in two
    /// pieces for one in one), which a database, a file or a hash does not.
    package func hasSameBytes(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
