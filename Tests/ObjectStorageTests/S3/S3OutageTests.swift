import HTTPTransport
import JobCore
import ObjectStorage
import Synchronization
import TestSupport
import Testing

/// Stores that refuse connections for a while, and answers that come late.
@Suite("Outages and late answers", .timeLimit(.minutes(2)))
struct S3OutageTests {
    @Test("A store that refuses connections is waited for, with growing pauses, half a minute", arguments: [0, 0.999])
    func patience(random: Double) async throws {
        let box = Mutex<ScriptedStore?>(nil)
        let scripted = try ScriptedStore(random: random) { _, _ in
            let waited = box.withLock { $0?.delays.reduce(0, +) ?? 0 }
            return waited < 30 ? .failed(.unreachable) : .answer(204)
        }
        box.withLock { $0 = scripted }
        try await scripted.store.delete(ScriptedStore.key)
        let delays = scripted.delays
        #expect(delays.reduce(0, +) >= 30)
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $1 >= $0 * 0.99 })
        #expect(delays.first.map { $0 < 0.2 } == true && delays.allSatisfy { $0 < 7 })
        #expect(scripted.sender.requests.count <= 15)
        box.withLock { $0 = nil }
    }

    @Test("One that stays away is given up after that, by whatever number of requests, which ask few times in all")
    func givenUp() async throws {
        let scripted = try ScriptedStore { _, _ in .failed(.unreachable) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    await expectCode("store_unreachable", .temporary) {
                        try await scripted.store.delete(ScriptedStore.key)
                    }
                }
            }
        }
        #expect(scripted.sender.requests.count - 6 <= 35)
        let before = scripted.sender.requests.count
        await expectCode("store_unreachable", .temporary) { try await scripted.store.delete(ScriptedStore.key) }
        #expect(scripted.sender.requests.count - before <= 2)
    }

    @Test("Whoever waits for a store hears that its task is cancelled")
    func cancelled() async throws {
        let server = try FakeS3(.aws)
        let store = try server.store(.aws)
        server.stop()
        let task = Task { try await store.delete(ScriptedStore.key) }
        try await Task.sleep(for: .milliseconds(600))
        let start = WallClock.monotonic()
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(WallClock.monotonic() - start < 10_000_000)
    }

    @Test("An upload whose beginning is answered after the task was cancelled is aborted")
    func lateBeginning() async throws {
        let server = try FakeS3(.aws)
        server.inject(.delay(seconds: 0.7, .beforeReply), operation: "CreateMultipartUpload")
        let upload = try await server.store(.aws).beginUpload(ScriptedStore.key, contentType: "a/b")
        let task = Task {
            do {
                try await upload.write([UInt8](repeating: 1, count: 12 << 20))
                _ = try await upload.complete(mode: .createOnly)
            } catch {
                await upload.abort()
                throw error
            }
        }
        while server.openUploads() == [] { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(server.openUploads() == [])
        #expect(server.keys() == [])
    }

    @Test("A write that was sent when its task was cancelled is awaited: its answer tells what there is")
    func lateWrite() async throws {
        let server = try FakeS3(.aws)
        server.inject(.delay(seconds: 0.7, .beforeReading), operation: "PutObject")
        let store = try server.store(.aws)
        let task = Task { try await store.put([1], at: ScriptedStore.key, contentType: "a/b", mode: .createOnly) }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        _ = await task.result
        #expect(server.keys() == ["p/a"])
        // One that has not been sent is not sent any more.
        let late = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await store.put([1], at: ScriptedStore.key, contentType: "a/b", mode: .overwrite)
        }
        server.clearRequests()
        _ = await late.result
        #expect(server.requests.isEmpty)
    }

    @Test("A silent store keeps a cancelled write no longer than a moment")
    func silent() async throws {
        let server = try FakeS3(.aws)
        server.inject(.silence(.beforeReading), operation: "PutObject")
        let store = try server.store(.aws)
        let task = Task { try await store.put([1], at: ScriptedStore.key, contentType: "a/b", mode: .createOnly) }
        try await Task.sleep(for: .milliseconds(300))
        let start = WallClock.monotonic()
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(WallClock.monotonic() - start < 10_000_000)
    }

    @Test(
        "Links are signed by the store's clock, and end by it, also when it is only minutes off",
        arguments: [-400.0, 400, -3000])
    func clock(offset: Double) async throws {
        let server = try FakeS3(.aws)
        server.setClockOffset(offset)
        let store = try server.store(.aws)
        _ = try await store.put([1], at: ScriptedStore.key, contentType: "a/b", mode: .overwrite)
        let start = WallClock.now()
        let link = try await store.downloadLink(ScriptedStore.key, fileName: "a", secondsToLive: 60)
        let signed = WallClock.now()
        #expect(try ChildProcess.run("curl", ["-sS", "-f", link.url]).status == 0)
        let end = try #require(link.expiresAt) - .seconds(offset) - .seconds(60)
        #expect((start - .seconds(20)...signed + .seconds(20)).contains(end))
        server.setClockOffset(offset + 70)
        #expect(try ChildProcess.run("curl", ["-sS", "-f", link.url]).status == 22)
    }
}
