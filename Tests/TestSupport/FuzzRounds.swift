import Glibc

/// Seeds for fuzzing until its time is over: `FUZZ_SECONDS` of the environment, by default one.
///
/// They start somewhere else each time; `FUZZ_SEED` repeats one that found something.
package struct FuzzRounds: Sequence, IteratorProtocol {
    private let end: ContinuousClock.Instant
    private let isRepeated: Bool
    private var seed: UInt64
    private var count = 0

    /// Starts the clock.
    package init() {
        let seconds = Self.variable("FUZZ_SECONDS").flatMap(Double.init) ?? 1
        end = .now + .seconds(seconds)
        let given = Self.variable("FUZZ_SEED").flatMap(UInt64.init)
        isRepeated = given != nil
        seed = given ?? .random(in: 0..<1 << 62)
    }

    package mutating func next() -> UInt64? {
        if count > 0 && (isRepeated || ContinuousClock.now >= end) { return nil }
        defer { seed += 1 }
        count += 1
        return seed
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}

extension SeededRandom {
    /// One of them.
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    /// True once in so many times.
    package mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
