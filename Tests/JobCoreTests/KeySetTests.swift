import JobCore
import Testing

@Suite("Sets of keys")
struct KeySetTests {
    @Test("A million hashes, many of them again and in both places, are told apart as by a dictionary")
    func likeADictionary() {
        var random = SystemRandomNumberGenerator()
        var set = KeySet()
        var expected: [UInt64: KeySet.Places] = [:]
        var known: [UInt64] = []
        for round in 0..<100 {
            let place = round % 3 == 0 ? KeySet.Places.table : .source
            // The lowest two bits are not told apart.
            let hashes = (0..<10_000).map { index -> UInt64 in
                if index % 4 == 0, let known = known.randomElement(using: &random) { return known }
                return random.next() & ~3
            }
            known = Array(hashes.prefix(100)) + known.prefix(1_000)
            var mistakes = 0
            set.insert(hashes, in: place) { index, before in
                if expected[hashes[index], default: []] != before { mistakes += 1 }
                expected[hashes[index], default: []].insert(place)
            }
            #expect(mistakes == 0)
        }
        #expect(expected.keys.allSatisfy { set.contains($0) })
        #expect(!set.hasBegunAnew)
    }
}
