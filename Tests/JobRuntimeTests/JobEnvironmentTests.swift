import Signing
import Testing

@testable import JobRuntime

@Suite("Configuration")
struct JobEnvironmentTests {
    @Test("No way of printing the configuration shows a secret of the environment")
    func secrets() {
        let environment = JobEnvironment(variables: [
            "AWS_SECRET_ACCESS_KEY": "CANARY-1", "JOB_SIGNING_KEY": "CANARY-2", "DATABASE_URL": "sqlite:CANARY-3",
        ])
        #expect(environment.signingKey?.reveal() == "CANARY-2")
        var dumped = ""
        dump(environment, to: &dumped)
        for text in ["\(environment)", String(reflecting: environment), String(describing: environment), dumped] {
            #expect(!text.contains("CANARY"), "\(text)")
        }
    }
}
