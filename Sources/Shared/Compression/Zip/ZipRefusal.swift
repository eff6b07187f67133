import JobCore

/// Why an archive is no source.
enum ZipRefusal: Error, Equatable {
    case encrypted
    /// A second file that holds data.
    case severalFiles(first: String, second: String)
    case noFile
    case method(Int)
    /// A stored file whose size is told only behind it.
    case unknownSize
    case severalVolumes
    case office(String)

    /// The error for the place in the archive.
    func error(at offset: Int) -> JobError {
        let position = DataPosition(byteOffset: offset)
        let unpack = "unpack the archive and send the file in it"
        switch self {
        case .encrypted:
            return JobError(
                .zipEncrypted, "the file in the ZIP archive is encrypted", hint: unpack,
                position: position)
        case .severalFiles(let first, let second):
            return JobError(
                .zipSeveralFiles,
                "the ZIP archive holds more than one file: '\(first)' and '\(second)'", position: position)
        case .noFile:
            return JobError(
                .zipNoFile, "the ZIP archive holds no file",
                position: position)
        case .method(let number):
            let names = [9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"]
            return JobError(
                .zipUnsupported,
                "the file in the ZIP archive is compressed with \(names[number] ?? "method \(number)"), not with Deflate",
                hint: unpack, position: position)
        case .unknownSize:
            return JobError(
                .zipUnsupported, "the ZIP archive does not say how long the file in it is", hint: unpack,
                position: position)
        case .severalVolumes:
            return JobError(
                .zipUnsupported, "the ZIP archive is one of several volumes", hint: unpack,
                position: position)
        case .office(let name):
            return JobError(
                .notText, "the source is no text, it looks like \(name)", hint: "export the sheet as CSV",
                position: position)
        }
    }
}
