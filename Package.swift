// swift-tools-version: 6.2

import PackageDescription

// One rule set for every target: Swift 6 language mode, every warning an error, unsafe code marked where it is.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

// What --version says was built. The build itself cannot know: a manifest that is cached would go on naming an older one.
let commit = (Context.environment["DATA_IO_COMMIT"] ?? "").filter { $0.isHexDigit || $0 == "+" }

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// One module of `Sources/Shared`.
func shared(_ name: String, _ dependencies: [Target.Dependency] = [], pages: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Shared/\(name)", exclude: pages,
        swiftSettings: settings)
}

/// One C library: a module map and a shim header, imported by exactly one module.
func library(_ name: String, pkgConfig: String?, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/Shared/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "data-io",
    products: [
        .executable(name: "ExportJob", targets: ["ExportJob"]),
        .executable(name: "ImportJob", targets: ["ImportJob"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "ExportJob",
            dependencies: [
                "JobRuntime", "ObjectStorage", "Formats", "Compression", "Signing", "JobCore",
            ],
            path: "Sources/ExportJob", swiftSettings: settings),
        .executableTarget(
            name: "ImportJob",
            dependencies: [
                "JobRuntime", "ObjectStorage", "HTTPTransport", "Formats", "Compression", "Signing", "JobCore",
            ],
            path: "Sources/ImportJob", swiftSettings: settings),

        shared(
            "JobRuntime",
            [
                "ObjectStorage", "HTTPTransport", "PostgreSQL", "SQLite", "Signing", "Formats", "Compression",
                "JobCore", "CBuild", "CMalloc", argumentParser, logging,
            ]),
        shared("ObjectStorage", ["HTTPTransport", "Signing", "JobCore"], pages: ["README.md"]),
        shared("HTTPTransport", ["CCurl", "JobCore"]),
        shared("PostgreSQL", ["CPQ", "JobCore"]),
        shared("SQLite", ["CSQLite", "JobCore"]),
        shared("Signing", ["COpenSSL", "JobCore"]),
        shared("Compression", ["CISAL", "CZstd", "JobCore"]),
        shared("Formats", ["CSIMD", "JobCore"], pages: ["README.md"]),
        shared("JobCore", pages: ["Database/README.md"]),

        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),
        library("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("CPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        .target(
            name: "CBuild", path: "Sources/Shared/CLibraries/CBuild",
            cSettings: [.define("CBUILD_COMMIT", to: "\"\(commit)\"")]),
        .systemLibrary(name: "CMalloc", path: "Sources/Shared/CLibraries/CMalloc"),
        .systemLibrary(name: "CSIMD", path: "Sources/Shared/CLibraries/CSIMD"),

        .target(
            name: "TestSupport", dependencies: ["Signing", "COpenSSL", "JobCore"], path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("JobCoreTests", ["JobCore"]),
        tests("FormatsTests", ["Formats", "JobCore"]),
        tests("CompressionTests", ["Compression", "JobCore"]),
        tests("SigningTests", ["Signing", "JobCore"]),
        tests("HTTPTransportTests", ["HTTPTransport", "JobCore"]),
        tests("ObjectStorageTests", ["ObjectStorage", "HTTPTransport", "Signing", "JobCore"]),
        tests("SQLiteTests", ["SQLite", "JobCore"]),
        tests("PostgreSQLTests", ["PostgreSQL", "JobCore"]),
        tests("DatabaseTests", ["PostgreSQL", "SQLite", "Formats", "JobCore"]),
        tests("JobRuntimeTests", ["JobRuntime", "ObjectStorage", "Signing", "Formats", "JobCore"]),
        tests("ExportJobTests", ["ExportJob", "JobRuntime", "Compression", "Formats", "JobCore"]),
        tests(
            "ImportJobTests",
            ["ImportJob", "JobRuntime", "ObjectStorage", "PostgreSQL", "SQLite", "Formats", "JobCore"]),
        tests(
            "JointTests",
            ["ExportJob", "ImportJob", "JobRuntime", "ObjectStorage", "SQLite", "Formats", "JobCore"]),
        // What tests of whole jobs, as they are shipped, work with.
        .target(
            name: "JobBench", dependencies: ["TestSupport", "Formats", "JobCore"], path: "Tests/JobBench",
            swiftSettings: settings),
        tests(
            "EndToEndTests",
            ["JobBench", "ExportJob", "ImportJob", "StoreProbe", "JobRuntime", "Formats", "JobCore"]),
        tests("FaultTests", ["JobBench", "ExportJob", "ImportJob", "StoreProbe", "Formats", "JobCore"]),
        .executableTarget(
            name: "StoreProbe", dependencies: ["JobRuntime", "ObjectStorage", "JobCore"], path: "Tests/StoreProbe",
            swiftSettings: settings),
        .executableTarget(
            name: "Benchmarks", dependencies: ["Formats", "Signing", "JobCore", "TestSupport"],
            path: "Tests/Benchmarks", swiftSettings: settings),
        .executableTarget(
            name: "FakeS3Server", dependencies: ["TestSupport"], path: "Tests/FakeS3Server", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
