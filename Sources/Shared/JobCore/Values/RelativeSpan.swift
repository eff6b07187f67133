/// Spans such as `30d`, `12h`, `15m`, `90s`, `2w`.
package enum RelativeSpan {
    /// The span; nil when the text is none, or longer than a thousand years.
    package static func parse(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let seconds = units[last], text.utf8.count <= 12 else { return nil }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
            count > 0, count <= 31_622_400_000 / seconds
        else { return nil }
        return .seconds(count * seconds)
    }
}
