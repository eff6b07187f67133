import TestSupport

/// Uploads the same pipe of unknown length with this project's store, `rclone rcat` and `aws s3 cp -`.
///
/// The server is the strict fake in counting mode: it checks every signature and digest and keeps no bodies. Runs are
/// interleaved and medians printed. `rclone` and `aws` come with the test tools (`container/s3-servers`).
enum UploadBenchmarks {
    private static let rounds = 3

    static func run(megabytes: Int) throws {
        let folder = try TemporaryFolder()
        // Sent again and again. Not made here: the peak of a child counts what its parent held when it was started.
        _ = try ChildProcess.run("sh", ["-c", "head -c 64M /dev/urandom > block"], workingFolder: folder.path)
        let server = try ChildProcess(
            Executable.path("FakeS3Server"), ["--mode", "aws", "--counting", "--port-file", folder.path + "/port"])
        defer { server.send(15) }
        let port = try awaitPort(folder)
        let endpoint = "http://127.0.0.1:\(port)"
        let rclone = TestFolders.build + "/servers/bin/rclone"
        let aws = "exec '\(TestFolders.build)/servers/bin/aws' --endpoint-url \(endpoint) s3 cp - s3://bucket/aws.bin"
        // The time of the uploader alone counts for its memory; the pipe is the same for all.
        let blocks = String(repeating: "block ", count: max(1, megabytes / 64))
        let script = "set -o pipefail; cat \(blocks) | /usr/bin/env -u PWD sh -c \"$0\""
        var contest = Contest()
        for (name, command) in [
            ("data-io", "exec '\(try Executable.path("StoreProbe"))' upload data.bin"),
            ("rclone rcat", "exec '\(rclone)' rcat fake:bucket/rclone.bin"),
            ("aws s3 cp -", aws + " --expected-size \(megabytes << 20)"),
        ] {
            contest.add(name, ["bash", "-c", script, command])
        }
        let environment = [
            "OBJECT_STORE_URL": "s3://bucket?endpoint=\(endpoint)&region=us-east-1", "HOME": folder.path,
            "AWS_ACCESS_KEY_ID": S3Server.accessKeyID, "AWS_SECRET_ACCESS_KEY": S3Server.secretAccessKey,
            "AWS_DEFAULT_REGION": "us-east-1", "RCLONE_CONFIG_FAKE_TYPE": "s3", "RCLONE_CONFIG_FAKE_PROVIDER": "AWS",
            "RCLONE_CONFIG_FAKE_ENDPOINT": endpoint, "RCLONE_CONFIG_FAKE_ENV_AUTH": "true",
            "RCLONE_CONFIG_FAKE_REGION": "us-east-1", "RCLONE_S3_NO_CHECK_BUCKET": "true",
            "RCLONE_S3_FORCE_PATH_STYLE": "true",
        ]
        try contest.run(rounds: rounds, environment: environment, folder: folder.path)
        contest.report(megabytes, "MiB")
    }

    private static func awaitPort(_ folder: TemporaryFolder) throws -> Int {
        for _ in 0..<100 {
            if let text = try? folder.read("port"),
                let port = Int(String(decoding: text, as: UTF8.self).filter(\.isNumber))
            {
                return port
            }
            _ = try ChildProcess.run("sleep", ["0.05"])
        }
        throw Contest.Failure(message: "the server did not start")
    }
}
