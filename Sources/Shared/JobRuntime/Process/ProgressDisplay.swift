internal import Glibc

/// The progress bar of a terminal; JSON lines otherwise.
package struct ProgressDisplay: Sendable {
    package let isTerminal = isatty(STDERR_FILENO) == 1
    private let log: JobLog
    private let name: String

    package init(name: String, log: JobLog) {
        self.name = name
        self.log = log
    }

    /// Draws the bar in place.
    package func draw(_ progress: JobProgress) {
        guard isTerminal else { return }
        StandardStream.clearLine()
        StandardStream.error(Self.bar(name, progress))
    }

    /// One line for machines.
    package func record(_ progress: JobProgress) {
        if isTerminal { return }
        var fields = [
            "progress": Self.percent(progress.percent), "rowsRead": "\(progress.counts.rowsRead)",
            "rowsWritten": "\(progress.counts.rowsWritten)", "rowsPerSecond": "\(progress.rowsPerSecond)",
        ]
        if let left = progress.secondsLeft { fields["timeLeftSeconds"] = "\(left)" }
        log.info("progress", fields)
    }

    /// Removes the bar.
    package func clear() {
        if isTerminal { StandardStream.clearLine() }
    }

    /// `events  [#########-----------]  45.2 %  1,234,567 rows  812,000 rows/s  12 s left`.
    static func bar(_ name: String, _ progress: JobProgress) -> String {
        let width = 24
        let filled = min(max(Int(progress.percent / 100 * Double(width)), 0), width)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let rows = grouped(max(progress.counts.rowsRead, progress.counts.rowsWritten))
        let left = progress.secondsLeft.map { "  \(duration($0)) left" } ?? ""
        return "\(name)  [\(bar)]  \(percent(progress.percent)) %  \(rows) rows  "
            + "\(grouped(progress.rowsPerSecond)) rows/s\(left)"
    }

    private static func percent(_ value: Double) -> String {
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Digits in groups of three.
    static func grouped(_ number: Int) -> String {
        var text = ""
        let digits = String(number)
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `45 s`, `3 min 05 s`, `2 h 10 min`.
    static func duration(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(two(seconds % 60)) s" }
        return "\(seconds / 3600) h \(two(seconds % 3600 / 60)) min"
    }
}
