package import JobCore

extension ObjectStore {
    /// Lists, creates, replaces, reads and deletes a probe object below `selftest/`, conditions included, and begins an
    /// upload that it aborts.
    ///
    /// Returns by how many seconds the store's clock is ahead of this machine's. Throws `store_selftest_failed`.
    @discardableResult
    package func selfTest() async throws(JobError) -> Int64 {
        var random = SystemRandomNumberGenerator()
        let key = try ObjectKey(validating: "selftest/probe-\(String(random.next(), radix: 16))")
        do {
            return try await probe(key)
        } catch {
            try? await delete(key)
            throw error
        }
    }

    private func probe(_ key: ObjectKey) async throws(JobError) -> Int64 {
        // Before anything is written: some servers make a bucket that is not there for whoever writes to it.
        _ = try await list(prefix: key.text)
        try await expectRefusal(
            "refuse to replace an object that is not there", key, .updateIfMatches(ObjectTag(rawValue: "1")))
        let first = Array("first".utf8)
        let second = Array("second".utf8)
        let created = try await put(first, at: key, contentType: "text/plain", mode: .createOnly)
        try await expectRefusal("create an object only once", key, .createOnly)
        let update = PutMode.updateIfMatches(created.tag)
        let updated = try await put(second, at: key, contentType: "text/plain", mode: update)
        try await expectRefusal("refuse to replace a version that is gone", key, update)
        let object = try await get(key, range: nil)
        let ahead = (object.readAt - WallClock.now()).components.seconds
        try expect("read back what was written", object.bytes == second && object.info.tag == updated.tag)
        let part = try await get(key, range: 1..<3)
        try expect("read a part of an object", part.bytes == Array(second[1..<3]))
        let listed = try await list(prefix: key.text)
        try expect("list what was written", listed.map(\.key) == [key] && listed.first?.tag == updated.tag)
        try await delete(key)
        let left = try await head(key)
        try expect("delete an object", left == nil)
        try await proveUploads(key)
        return ahead
    }

    private func expectRefusal(_ ability: String, _ key: ObjectKey, _ mode: PutMode) async throws(JobError) {
        do {
            _ = try await put([], at: key, contentType: "text/plain", mode: mode)
        } catch {
            if error.code == .preconditionFailed { return }
            throw error
        }
        try expect(ability, false)
    }

    func expect(_ ability: String, _ holds: Bool) throws(JobError) {
        if holds { return }
        throw JobError(
            .storeSelftestFailed, "the store \(description) did not \(ability)")
    }
}
