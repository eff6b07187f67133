import HTTPTransport
import JobCore
import Testing

@Suite("Source URL")
struct SourceURLTests {
    @Test("A URL is taken apart and written anew without its fragment")
    func parts() throws {
        let url = try SourceURL(validating: "HTTPS://Files.Example.com:443/a/b.csv?token=x&y=#part")
        #expect(url.scheme == .https)
        #expect(url.host == "files.example.com")
        #expect(url.port == 443)
        #expect(url.text == "https://files.example.com/a/b.csv?token=x&y=")
        #expect(try SourceURL(validating: "https://a.example").text == "https://a.example/")
        #expect(try SourceURL(validating: "https://a.example?q").text == "https://a.example/?q")
        #expect(try SourceURL(validating: "https://[2606:4700::1111]/").text == "https://[2606:4700::1111]/")
    }

    @Test("The description shows neither query nor folders")
    func description() throws {
        let long = try SourceURL(validating: "https://a.example/secret/orders.csv;jsessionid=SECRET?sig=SECRET")
        #expect(long.description == "https://a.example/…/orders.csv")
        #expect(try SourceURL(validating: "https://a.example/o.csv?SECRET").description == "https://a.example/o.csv")
        #expect(try SourceURL(validating: "https://a.example?SECRET").description == "https://a.example/")
    }

    @Test(
        "Malformed and foreign URLs are refused",
        arguments: [
            "", "https", "https:", "https://", "https:///a", "https:a.example", "//a.example", "/a", "ftp://a.example/",
            "file:///etc/passwd", "gopher://a.example/", "javascript:alert(1)", "http://a.example/",
            " https://a.example/",
            "https://a.example/ b", "https://a.example/\r\nX: y", "https://a.example/\u{0}", "https://a.example/\u{7F}",
            "https://a.example\\b", "https://a.example/b\\c", "https://a.example/ü", "https://ü.example/",
            "https://user@a.example/", "https://user:pw@a.example/", "https://@a.example/", "https://a.example:/",
            "https://a.example:0/", "https://a.example:65536/", "https://a.example:44 3/", "https://a.example:+443/",
            "https://a.example:0443/", "https://a.example:8443/", "https://a.example:80/", "https://a_b..c/",
            "https://-a/",
            "https://a.example./", "https://[::1/", "https://[::1]x/", "https://[127.0.0.1]/",
            "https://[fe80::1%25lo]/",
            "https://" + String(repeating: "a", count: 64) + ".example/",
            "https://a.example/" + String(repeating: "a", count: 8192),
        ])
    func refused(text: String) {
        let error = #expect(throws: JobError.self) { try SourceURL(validating: text) }
        #expect(error?.code == .invalidSourceURL)
        #expect(error?.exitCode == .usage)
    }

    @Test("A refusal repeats nothing of the URL")
    func silence() {
        for text in ["https://user:CANARY@a.example/", "https://a.example:99/?CANARY", "http://CANARY/"] {
            let error = #expect(throws: JobError.self) { try SourceURL(validating: text) }
            #expect(error?.message.contains("CANARY") == false)
        }
    }

    @Test("Plain http and other ports are for what the operator lists")
    func allowList() throws {
        let list = try AllowList(validating: "files.internal 127.0.0.1:8080 10.0.0.0/8:9000")
        for text in [
            "http://files.internal/a", "https://files.internal/a", "http://127.0.0.1:8080/a",
            "https://127.0.0.1:8080/a",
            "http://10.1.2.3:9000/", "http://name.example:9000/", "https://name.example:9000/",
        ] {
            #expect(throws: Never.self, "\(text)") { try SourceURL(validating: text, allowList: list) }
        }
        for text in [
            "http://files.internal:8081/", "http://x.files.internal/", "http://127.0.0.1/", "http://127.0.0.2:8080/",
            "http://10.1.2.3/", "http://11.1.2.3:9000/", "http://name.example/", "http://name.example:443/",
        ] {
            #expect(throws: JobError.self, "\(text)") { try SourceURL(validating: text, allowList: list) }
        }
    }

    @Test("A name may lie in a listed network, a literal address does or does not")
    func listedNetworks() throws {
        let list = try AllowList(validating: "10.0.0.0/8")
        for text in ["http://name.example/", "http://10.1.2.3/", "https://name.example:80/"] {
            #expect(throws: Never.self, "\(text)") { try SourceURL(validating: text, allowList: list) }
        }
        for text in ["http://name.example:443/", "http://11.1.2.3/", "https://11.1.2.3:80/", "http://10.1.2.3:81/"] {
            #expect(throws: JobError.self, "\(text)") { try SourceURL(validating: text, allowList: list) }
        }
    }

    @Test(
        "References resolve as RFC 3986 section 5.4 lists them",
        arguments: [
            ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"),
            ("g?y", "/b/c/g?y"), ("#s", "/b/c/d;p?q"), ("g#s", "/b/c/g"), ("g?y#s", "/b/c/g?y"), (";x", "/b/c/;x"),
            ("g;x", "/b/c/g;x"), ("", "/b/c/d;p?q"), (".", "/b/c/"), ("./", "/b/c/"), ("..", "/b/"), ("../", "/b/"),
            ("../g", "/b/g"), ("../..", "/"), ("../../", "/"), ("../../g", "/g"), ("../../../g", "/g"),
            ("../../../../g", "/g"), ("/./g", "/g"), ("/../g", "/g"), ("g.", "/b/c/g."), (".g", "/b/c/.g"),
            ("g..", "/b/c/g.."), ("..g", "/b/c/..g"), ("./../g", "/b/g"), ("./g/.", "/b/c/g/"), ("g/./h", "/b/c/g/h"),
            ("g/../h", "/b/c/h"), ("g;x=1/./y", "/b/c/g;x=1/y"), ("g;x=1/../y", "/b/c/y"), ("g?y/./x", "/b/c/g?y/./x"),
            ("g?y/../x", "/b/c/g?y/../x"), ("g#s/../x", "/b/c/g"), ("ü", "/b/c/%C3%BC"),
        ])
    func references(reference: String, expected: String) throws {
        let base = try SourceURL(validating: "https://a.example/b/c/d;p?q")
        #expect(try base.resolving(reference).text == "https://a.example" + expected)
    }

    @Test("References may name another host, never another scheme or something hidden")
    func foreignReferences() throws {
        let base = try SourceURL(validating: "https://a.example/b")
        #expect(try base.resolving("//b.example/x/../y").text == "https://b.example/y")
        #expect(try base.resolving("https://b.example/./y?z").text == "https://b.example/y?z")
        for reference in [
            "http://b.example/", "file:///etc/passwd", "gopher://b.example/", "//user@b.example/", "//b.example:22/",
            "\\\\b.example", "/\\b.example", "g:h", "//", "https://", "/a\r\nb", "/a b", "//ü.example/",
        ] {
            #expect(throws: JobError.self, "\(reference)") { try base.resolving(reference) }
        }
    }
}
