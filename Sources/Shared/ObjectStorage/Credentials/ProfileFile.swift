/// The sections of one of the AWS files, by the names of profiles.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
struct ProfileFile {
    /// The two files name their sections differently.
    enum Kind {
        /// `[profile name]` and `[default]`; other sections are no profiles.
        case config
        /// `[name]`.
        case credentials
    }

    /// Properties by profile; names of properties are lower case.
    private(set) var profiles: [String: [String: String]] = [:]

    /// A property that deeper lines belong to.
    private struct Place {
        var profile: String?
        var indentation: Int?
        /// Whether the section is `[profile default]`, which stands above `[default]`.
        var ignoresDefault = false
    }

    /// Reads the text; lines that are neither section nor property are passed over.
    init(_ text: String, _ kind: Kind) {
        var place = Place()
        let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        for line in text.split(whereSeparator: \.isNewline) {
            read(line, kind, &place)
        }
    }

    private mutating func read(_ line: Substring, _ kind: Kind, _ place: inout Place) {
        let content = line.drop { $0.isWhitespace }
        guard let first = content.first, first != "#", first != ";" else { return }
        let indentation = line.count - content.count
        if first == "[", indentation == 0 {
            begin(content, kind, &place)
        } else if indentation <= place.indentation ?? .max, let profile = place.profile {
            // What is indented deeper than the property before it is that property's own.
            place.indentation = indentation
            property(content, profile)
        }
    }

    private mutating func begin(_ content: Substring, _ kind: Kind, _ place: inout Place) {
        place.profile = nil
        place.indentation = nil
        guard let end = content.firstIndex(of: "]") else { return }
        let words = content[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
        guard let name = Self.profile(words, kind) else { return }
        if name == "default", kind == .config {
            if words.count == 2, !place.ignoresDefault {
                place.ignoresDefault = true
                profiles[name] = nil
            } else if words.count == 1, place.ignoresDefault {
                return
            }
        }
        place.profile = name
        profiles[name] = profiles[name] ?? [:]
    }

    private static func profile(_ words: [Substring], _ kind: Kind) -> String? {
        switch (kind, words.count) {
        case (.credentials, 1): String(words[0])
        case (.config, 1): words[0] == "default" ? "default" : nil
        case (.config, 2): words[0] == "profile" ? String(words[1]) : nil
        default: nil
        }
    }

    private mutating func property(_ content: Substring, _ profile: String) {
        guard let equals = content.firstIndex(of: "=") else { return }
        let key = content[..<equals].trimmed.lowercased()
        guard !key.isEmpty else { return }
        profiles[profile, default: [:]][key] = Self.value(content[content.index(after: equals)...])
    }

    /// The value without a comment, which begins with a mark behind white space.
    private static func value(_ text: Substring) -> String {
        var isBehindSpace = false
        for index in text.indices {
            if isBehindSpace, text[index] == "#" || text[index] == ";" { return text[..<index].trimmed }
            isBehindSpace = text[index].isWhitespace
        }
        return text.trimmed
    }
}
