import HTTPTransport
import Testing

@Suite("HTTP head")
struct HTTPHeadTests {
    @Test("Field names are found whatever their case")
    func fieldNames() {
        let head = HTTPHead(status: 200, fields: [HTTPField("ETag", "\"a\""), HTTPField("etag", "\"b\"")])
        #expect(head["etag"] == "\"a\"")
        #expect(head["E-Tag"] == nil)
    }
}
