/// How much of a source is read, and how patiently.
package struct SourceLimits: Sendable {
    /// More bytes than this are refused.
    package var maximumBytes: Int
    /// How many redirects are followed for one answer.
    package var maximumRedirects: Int
    /// How often the source is asked again before one more byte has come.
    package var maximumRetries: Int

    package init(maximumBytes: Int, maximumRedirects: Int = 5, maximumRetries: Int = 8) {
        self.maximumBytes = maximumBytes
        self.maximumRedirects = maximumRedirects
        self.maximumRetries = maximumRetries
    }
}
