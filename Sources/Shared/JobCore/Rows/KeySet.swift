/// A set of hashes of keys, at most 14 bytes each: what a dry run remembers of the rows it has seen.
///
/// Open addressing in 256 tables that grow on their own, so that growing never needs twice the memory.
package struct KeySet: Sendable {
    /// Keys that are remembered; after so many it begins anew (some 200 MB).
    private static let maximumCount = 16 << 20
    private static let tableCount = 256

    private var tables = [Table](repeating: Table(), count: tableCount)
    private var count = 0

    package init() {}

    /// Adds a hash; false when it is there already.
    package mutating func insert(_ hash: UInt64) -> Bool {
        let isNew = tables[Int(hash >> 56)].insert(hash)
        if isNew {
            count += 1
            if count > Self.maximumCount { self = KeySet() }
        }
        return isNew
    }

    /// Whether the hash was added.
    package func contains(_ hash: UInt64) -> Bool { tables[Int(hash >> 56)].contains(hash) }

    private struct Table: Sendable {
        /// 0 is a free place.
        private var slots: [UInt64] = []
        private var count = 0

        /// The first place to look at: the middle bits of the hash, scaled to the table.
        private static func place(_ hash: UInt64, _ size: Int) -> Int {
            Int(truncatingIfNeeded: (((hash >> 16) & 0xFFFF_FFFF) &* UInt64(size)) >> 32)
        }

        func contains(_ hash: UInt64) -> Bool {
            if slots.isEmpty { return false }
            let wanted = hash | 1
            var place = Self.place(hash, slots.count)
            while slots[place] != 0 {
                if slots[place] == wanted { return true }
                place = place + 1 == slots.count ? 0 : place + 1
            }
            return false
        }

        mutating func insert(_ hash: UInt64) -> Bool {
            if count * 5 >= slots.count * 4 { grow() }
            if !put(hash | 1, place: Self.place(hash, slots.count)) { return false }
            count += 1
            return true
        }

        private mutating func put(_ wanted: UInt64, place start: Int) -> Bool {
            var place = start
            while slots[place] != 0 {
                if slots[place] == wanted { return false }
                place = place + 1 == slots.count ? 0 : place + 1
            }
            slots[place] = wanted
            return true
        }

        private mutating func grow() {
            let old = slots
            slots = [UInt64](repeating: 0, count: max(16, old.count + old.count * 2 / 5))
            for hash in old where hash != 0 { _ = put(hash, place: Self.place(hash, slots.count)) }
        }
    }
}
