/// Keeps text with a NUL out of interfaces that would take it to end there: it would be another value, or another
/// statement.
package enum NULCheck {
    /// Throws `nul_in_value` (64).
    package static func refuse(_ text: String) throws(JobError) {
        if text.utf8.contains(0) { throw error }
    }

    package static var error: JobError {
        JobError(
            .nulInValue, "a value for the database holds a NUL character, which it cannot keep")
    }
}
