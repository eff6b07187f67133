/// How much of a source is read, and how patiently.
package struct SourceLimits: Sendable {
    /// More bytes than this are refused.
    package var maximumBytes: Int
    /// How many redirects are followed for one answer.
    package var maximumRedirects: Int
    /// How often the source is asked again before one more byte has come.
    package var maximumRetries: Int
    /// Bytes a second that must come in each window of waiting; 0: no minimum.
    package var minimumRate: Int
    /// Seconds of waiting after which the rate is judged; time in which nobody reads does not count.
    package var rateSeconds: Double

    package init(
        maximumBytes: Int, maximumRedirects: Int = 5, maximumRetries: Int = 8, minimumRate: Int = 0,
        rateSeconds: Double = 60
    ) {
        self.maximumBytes = maximumBytes
        self.maximumRedirects = maximumRedirects
        self.maximumRetries = maximumRetries
        self.minimumRate = minimumRate
        self.rateSeconds = rateSeconds
    }
}
