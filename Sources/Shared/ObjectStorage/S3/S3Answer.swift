import HTTPTransport

/// What a store said in the end: it has done what was asked, or told why that cannot be.
struct S3Answer {
    /// `success`, `notFound`, `preconditionFailed`, `rangeOutside` or `refused` with `NoSuchUpload`.
    let verdict: S3Verdict
    let head: HTTPHead
    /// The whole body; empty when it is still to be read.
    let body: [UInt8]
    /// Where the body of a success can be read, when it was asked for as a stream.
    let reader: (any HTTPBodyReader)?

    /// How many tries had failed before; one whose reply was lost may have taken place.
    let failures: Int

    var isSuccess: Bool { verdict == .success }
}
