import JobCore
import Signing
import Testing

/// Vectors with a source outside this project.
///
/// The four of headers and the one of a presigned URL are those of the Amazon S3 API reference
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and `sigv4-query-string-auth.html`);
/// those with a session token were computed with botocore 1.43.
@Suite("Signature version 4")
struct SigV4Tests {
    private let signer = SigV4Signer(
        credentials: AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        region: "us-east-1")
    private let date = SigningDate(Instant(seconds: 1_369_353_600))
    private let host = "examplebucket.s3.amazonaws.com"
    private let nothing = SigV4Signer.Payload.digest(SHA256Digest.of(""))

    private func authorization(_ fields: [SigV4Signer.Pair]) -> String? {
        fields.first { $0.name == "Authorization" }?.value
    }

    @Test("GET with a range")
    func getWithRange() {
        let fields = signer.fields(
            "GET", host: host, path: "/test.txt", fields: [("Range", "bytes=0-9")], payload: nothing, at: date)
        #expect(
            authorization(fields)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("PUT with an encoded key and fields in any case")
    func putObject() {
        let fields = signer.fields(
            "PUT", host: host, path: URIEncoding.path("/test$file.text"),
            fields: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            payload: .digest(SHA256Digest.of("Welcome to Amazon S3.")), at: date)
        #expect(
            authorization(fields)?.hasSuffix(
                "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
                    + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") == true)
    }

    @Test(
        "GET with a query",
        arguments: zip(
            [["lifecycle": ""], ["max-keys": "2", "prefix": "J"]],
            [
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ]))
    func getWithQuery(query: [String: String], signature: String) {
        let fields = signer.fields(
            "GET", host: host, path: "/", query: query.map { ($0.key, $0.value) }, payload: nothing, at: date)
        #expect(authorization(fields)?.hasSuffix("Signature=\(signature)") == true)
    }

    @Test("A presigned URL")
    func presigned() {
        let query = signer.presignedQuery("GET", host: host, path: "/test.txt", secondsToLive: 86_400, at: date)
        #expect(
            query == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    private var temporary: SigV4Signer {
        SigV4Signer(
            credentials: AWSCredentials(
                accessKeyID: "ASIAEXAMPLE", secretAccessKey: Secret("secret+/=key"),
                sessionToken: Secret("token/with+signs==")),
            region: "auto")
    }

    @Test("A session token is signed among the fields")
    func sessionTokenInFields() {
        let fields = temporary.fields(
            "PUT", host: "acct.r2.cloudflarestorage.com", path: "/bucket/org/a.csv",
            fields: [("If-Match", "\"abc\""), ("Content-Type", "text/csv")],
            payload: .digest(SHA256Digest.of("hello")), at: SigningDate(Instant(seconds: 1_795_435_205)))
        #expect(
            authorization(fields)
                == "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261123/auto/s3/aws4_request, "
                + "SignedHeaders=content-type;host;if-match;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                + "Signature=f88724e10da89e938c61ccbfb83fe3a844cd89325b034e3f88665cc32248a506")
        #expect(fields.contains { $0.name == "x-amz-security-token" && $0.value == "token/with+signs==" })
    }

    @Test("A session token and a file name are part of a presigned URL")
    func sessionTokenInQuery() {
        let query = temporary.presignedQuery(
            "GET", host: "acct.r2.cloudflarestorage.com",
            path: URIEncoding.path("/bucket/org/day=1/a+b c.csv"),
            query: [("response-content-disposition", "attachment; filename=\"a b.csv\"")], secondsToLive: 1800,
            at: SigningDate(Instant(seconds: 1_795_435_205)))
        #expect(query.contains("&X-Amz-Security-Token=token%2Fwith%2Bsigns%3D%3D&"))
        #expect(
            query.hasSuffix("&X-Amz-Signature=f61b75176b3ea38ebb1bbf9192041a62ee22505ecf482ef0e9eb67d09d210c2d"))
    }

    @Test("Unsigned payloads say so")
    func unsignedPayload() {
        let fields = signer.fields("PUT", host: host, path: "/a", payload: .unsigned, at: date)
        #expect(fields.contains { $0.name == "x-amz-content-sha256" && $0.value == "UNSIGNED-PAYLOAD" })
    }

    @Test(
        "Dates are the civil ones, leap days included",
        arguments: zip(
            [0, 951_782_400, 951_868_800, 1_078_012_800, 1_440_938_160, 4_107_542_399],
            [
                "19700101T000000Z", "20000229T000000Z", "20000301T000000Z", "20040229T000000Z", "20150830T123600Z",
                "21000228T235959Z",
            ]))
    func dates(seconds: Int, text: String) {
        #expect(SigningDate(Instant(seconds: Int64(seconds))).text == text)
    }
}

@Suite("Digests and codes")
struct DigestTests {
    /// RFC 4231, cases 1, 2 and 6.
    @Test("HMAC-SHA-256")
    func hmac() {
        func code(_ key: [UInt8], _ text: String) -> String {
            Hexadecimal.text(HMACSHA256.code(key: key, message: text))
        }
        #expect(
            code([UInt8](repeating: 0x0b, count: 20), "Hi There")
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            code(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            code([UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First")
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    /// RFC 4648 section 10.
    @Test(
        "Base 64",
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]))
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    /// RFC 1321, appendix A.5.
    @Test("MD5")
    func md5() throws {
        let digest = try #require(MD5Digest.of(Array("message digest".utf8)))
        #expect(Hexadecimal.text(digest) == "f96b697d7cb7938d525a2f31aaf161d0")
    }

    @Test("A secret does not show itself")
    func secret() {
        let credentials = AWSCredentials(
            accessKeyID: "AKID", secretAccessKey: Secret("CANARY1"), sessionToken: Secret("CANARY2"))
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("CANARY"))
            #expect(text.contains("AKID"))
        }
        #expect(credentials.secretAccessKey.reveal() == "CANARY1")
    }
}
