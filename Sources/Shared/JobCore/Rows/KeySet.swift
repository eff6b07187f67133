/// A set of hashes of keys, at most 12 bytes each: what a dry run remembers of the rows it has seen, and of the table's.
///
/// Open addressing in 64 tables that grow on their own, so that growing never needs twice the memory.
package struct KeySet: Sendable {
    /// Where a key was met; both, when a row of the source has the key of a stored one.
    package struct Places: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// In the table.
        package static let table = Places(rawValue: 1)
        /// In a row of the source.
        package static let source = Places(rawValue: 2)
    }

    /// Keys that are remembered; after so many it begins anew (some 200 MB).
    private static let maximumCount = 16 << 20
    private static let tableCount = 64
    /// The lowest bits of a slot are places, all others of the hash.
    private static let placeBits: UInt64 = 3

    private var tables = [Table](repeating: Table(), count: tableCount)
    private var count = 0
    /// It was too full, and has forgotten all before.
    package private(set) var hasBegunAnew = false

    package init() {}

    /// Adds hashes that were met in one place, and calls `isKnown` for each with where it was met before.
    package mutating func insert(_ hashes: [UInt64], in place: Places, isKnown: (Int, Places) -> Void) {
        for (index, hash) in hashes.enumerated() { isKnown(index, insert(hash, in: place)) }
    }

    /// Adds a hash; returns where it was met before.
    @discardableResult
    package mutating func insert(_ hash: UInt64, in place: Places = .source) -> Places {
        let before = tables[Int(hash >> 58)].insert(hash & ~Self.placeBits, UInt64(place.rawValue))
        if before == 0 {
            count += 1
            if count > Self.maximumCount {
                self = KeySet()
                hasBegunAnew = true
            }
        }
        return Places(rawValue: UInt8(before))
    }

    /// Whether the hash was added.
    package func contains(_ hash: UInt64) -> Bool { tables[Int(hash >> 58)].contains(hash & ~Self.placeBits) }

    private struct Table: Sendable {
        /// 0 is a free place.
        private var slots: [UInt64] = []
        private var count = 0

        /// The first slot to look at: the middle bits of the hash, scaled to the table.
        private static func first(_ hash: UInt64, _ size: Int) -> Int {
            Int(truncatingIfNeeded: (((hash >> 16) & 0xFFFF_FFFF) &* UInt64(size)) >> 32)
        }

        func contains(_ hash: UInt64) -> Bool {
            if slots.isEmpty { return false }
            var index = Self.first(hash, slots.count)
            while slots[index] != 0 {
                if (slots[index] ^ hash) & ~KeySet.placeBits == 0 { return true }
                index = index + 1 == slots.count ? 0 : index + 1
            }
            return false
        }

        /// Adds the place to those of the hash; returns them as they were, 0 when the hash was not there.
        mutating func insert(_ hash: UInt64, _ place: UInt64) -> UInt64 {
            if count * 5 >= slots.count * 4 { grow() }
            let before = put(hash | place)
            if before == 0 { count += 1 }
            return before
        }

        private mutating func put(_ wanted: UInt64) -> UInt64 {
            let size = slots.count
            return unsafe slots.withUnsafeMutableBufferPointer { slots in
                var index = Self.first(wanted, size)
                while true {
                    let slot = unsafe slots[index]
                    if slot == 0 || (slot ^ wanted) & ~KeySet.placeBits == 0 {
                        unsafe slots[index] = slot | wanted
                        return slot & KeySet.placeBits
                    }
                    index = index + 1 == size ? 0 : index + 1
                }
            }
        }

        /// In small steps once it is large, where they save more than they cost.
        private mutating func grow() {
            let old = slots
            let step = old.count < 16_384 ? old.count / 2 : old.count / 5
            slots = [UInt64](repeating: 0, count: max(16, old.count + step))
            for slot in old where slot != 0 { _ = put(slot) }
        }
    }
}
