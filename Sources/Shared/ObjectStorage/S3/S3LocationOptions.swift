import JobCore
import Signing

/// The options behind the question mark of an `s3:` URL; each at most once, and none that is not known.
struct S3LocationOptions {
    private static let known = ["endpoint", "region", "addressing", "dialect", "partBytes"]
    private var values: [String: String] = [:]

    /// Throws `configuration_invalid`.
    init(_ query: Substring) throws(JobError) {
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard Self.known.contains(name) else {
                throw S3Location.invalid(
                    "has an option that is not one of \(Self.known.joined(separator: ", "))")
            }
            guard values[name] == nil else { throw S3Location.invalid("has the option \(name) twice") }
            guard parts.count == 2, let value = URIEncoding.decoded(parts[1]), !value.isEmpty else {
                throw S3Location.invalid("has no value for the option \(name)")
            }
            values[name] = value
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// One of the cases of a type.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ usual: Choice
    ) throws(JobError) -> Choice where Choice.RawValue == String {
        guard let text = values[name] else { return usual }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: " or ")
            throw S3Location.invalid("has the option \(name) that is not \(all)")
        }
        return choice
    }

    /// A number of bytes inside the range.
    func bytes(_ name: String, _ usual: Int, in range: ClosedRange<Int>) throws(JobError) -> Int {
        guard let text = values[name] else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw S3Location.invalid(
                "has the option \(name) that is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
