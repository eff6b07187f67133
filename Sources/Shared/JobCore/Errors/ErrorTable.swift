extension ErrorCode {
    /// What belongs to a code.
    struct Entry {
        let exitCode: ExitCode
        /// What has happened, without a final stop.
        let meaning: String
        /// What to do about it.
        let hint: String?
        /// How it passes by itself, for a failure of a database.
        let passes: DatabasePassing?

        init(_ exitCode: ExitCode, _ meaning: String, hint: String? = nil, passes: DatabasePassing? = nil) {
            self.exitCode = exitCode
            self.meaning = meaning
            self.hint = hint
            self.passes = passes
        }
    }

    /// The table of all failures.
    var entry: Entry {
        switch self {
        case .specInvalid: Entry(.usage, "the job spec, or an argument, has mistakes; all are listed")
        case .specMissing:
            Entry(
                .usage, "no job spec was given",
                hint: "pipe one JSON object into the command, or use --spec FILE or JOB_SPEC")
        case .fileTooLarge: Entry(.usage, "a file of settings is larger than such files are")
        case .invalidID: Entry(.usage, "an organisation's or a job's id has another form than ids have")
        case .invalidKey:
            Entry(
                .usage, "the name of an object has another form than names have",
                hint: "use names of at most 255 bytes without control characters and \\, joined by /")
        case .invalidSourceURL:
            Entry(
                .usage, "a source's URL has another form than sources may have",
                hint: "give an absolute https URL without user name and password, percent-encoded, at port 443")
        case .nulInValue:
            Entry(
                .usage, "a value of the spec holds a NUL character",
                hint: "remove the character from the spec")
        case .idempotencyMismatch: Entry(.usage, "the job's id is that of another spec")
        case .alreadyFinished: Entry(.usage, "the job has ended, or has loaded all its rows")
        case .indexConflict:
            Entry(
                .usage, "two variables of schedulers say different indices",
                hint: "unset the one that is not of the engine that runs this process")
        case .keyAmbiguous: Entry(.usage, "several API keys begin with the id", hint: "give more of the id")
        case .auditCopyInvalid: Entry(.usage, "the file is no copy of the head of this audit log")
        case .auditInvalid:
            Entry(
                .usage, "the audit log cannot keep a name as it is",
                hint: "look at the names in JOB_API_KEY's entry and in the spec")
        case .unknownDialect: Entry(.usage, "no database speaks this dialect", hint: "sqlite or postgresql")
        case .sourceEmpty: Entry(.dataError, "the source has no rows, or no header")
        case .notText: Entry(.dataError, "the source is a binary file")
        case .notTabular:
            Entry(
                .dataError, "the source is a page or a document, no table",
                hint: "look at it in a browser: often it is the page of a login or of an error instead of the file")
        case .invalidJSON: Entry(.dataError, "the source is no valid JSON")
        case .jsonPathMissing: Entry(.dataError, "the source has no array of rows where it should be")
        case .malformedQuote:
            Entry(
                .dataError, "text stands behind the closing quote of a column's name",
                hint: "write a quote inside quotes twice")
        case .unterminatedQuote:
            Entry(
                .dataError, "the file ends inside a quoted field of its header",
                hint: "look for a field that starts with a quote and has no closing one")
        case .invalidUTF8: Entry(.dataError, "the header is no valid UTF-8")
        case .invalidEncoding: Entry(.dataError, "the header holds bytes that its encoding has no meaning for")
        case .nulByte: Entry(.dataError, "the header holds a NUL character")
        case .duplicateColumn:
            Entry(
                .dataError, "two columns of the source have one name",
                hint: "give each column a name of its own; which one is meant cannot be known")
        case .duplicateKey:
            Entry(
                .dataError, "an object of the source has the same name twice",
                hint: "create the file again, each name once")
        case .formatAmbiguous: Entry(.dataError, "numbers of the source can be read in two ways")
        case .mappingAmbiguous: Entry(.dataError, "two columns of the source have the same right to a field")
        case .mappingIncomplete: Entry(.dataError, "no column of the source goes to a key field")
        case .mappingSourceMissing: Entry(.dataError, "the mapping names a column that the source has not")
        case .presetUnfit: Entry(.dataError, "the source is no export of the preset's product")
        case .unmappedColumns:
            Entry(
                .dataError, "columns of the source have no target, and `unmapped` is `error`",
                hint: "name them in 'mapping' (null leaves one out), or set 'unmapped' to 'ignore' or 'attributes'")
        case .planDrift:
            Entry(
                .dataError, "source, mapping or mode differ from what was previewed",
                hint: "run the dry run again, look at it, and name its jobId in 'plan'")
        case .planUnfit:
            Entry(
                .dataError, "the job that `plan` names is no completed dry run",
                hint: "name the jobId of a completed dry run in 'plan'")
        case .tooManyRejects:
            Entry(
                .dataError, "more rows were rejected than `onError` allows",
                hint: "read the rejects file, correct the source or the mapping, and use a new jobId")
        case .storedValueInvalid:
            Entry(
                .dataError, "a stored value is none of its column's type",
                hint: "correct the rows or leave the column out")
        case .transactionEnded:
            Entry(
                .dataError, "a constraint or trigger of the table ended the transaction",
                hint: "remove ON CONFLICT ROLLBACK and RAISE(ROLLBACK) from the table")
        case .databaseRejects: Entry(.dataError, "the database takes no such data")
        case .sourceChanged: Entry(.dataError, "the source is another one than when the job began")
        case .sourceCorrupt:
            Entry(
                .dataError, "the compressed source is damaged",
                hint: "the place counts in the compressed file; transfer or create the file again")
        case .sourceTruncated:
            Entry(
                .dataError, "the compressed source ends too early",
                hint: "the place counts in the compressed file; transfer or create the file again")
        case .sourceRedirect:
            Entry(
                .dataError, "the source's server sends elsewhere once too often, or to where sources may not be",
                hint: "give the URL that the source is finally served from")
        case .sourceRefused:
            Entry(
                .dataError, "the source's server gives no data",
                hint: "give a URL that answers GET with 200 and the data")
        case .sourceTooLarge: Entry(.dataError, "the source is larger than the limit")
        case .invalidRange: Entry(.dataError, "the object has no such bytes")
        case .zipEncrypted: Entry(.dataError, "the file in the ZIP archive is encrypted")
        case .zipNoFile: Entry(.dataError, "the ZIP archive holds no file", hint: "create the archive again")
        case .zipSeveralFiles:
            Entry(
                .dataError, "the ZIP archive holds more than one file",
                hint: "unpack the archive and import its files one by one")
        case .zipUnsupported: Entry(.dataError, "the ZIP archive is compressed in another way than Deflate")
        case .limitColumns: Entry(.dataError, "the file has more columns than the limit")
        case .limitDecompressedBytes:
            Entry(
                .dataError, "the source is larger than the limit when it is decompressed",
                hint: "split the source into several files")
        case .limitDepth: Entry(.dataError, "JSON is nested deeper than the limit")
        case .limitExpansion: Entry(.dataError, "the mapping makes far more of the source than it holds")
        case .limitFieldBytes: Entry(.dataError, "a field of the source is larger than the limit")
        case .limitFiles:
            Entry(
                .dataError, "the result needs more files than the limit",
                hint: "use a larger maxFileBytes and a new jobId")
        case .limitNameBytes: Entry(.dataError, "the name of a column is longer than the limit")
        case .limitObjectBytes:
            Entry(
                .dataError, "an object would be larger than the store takes",
                hint: "use maxFileBytes in the spec, or a larger partBytes= in OBJECT_STORE_URL")
        case .limitRatio:
            Entry(
                .dataError, "the source decompresses to far more than its size",
                hint: "decompress it before the import if it is genuine")
        case .limitRecordBytes: Entry(.dataError, "a record of the source is larger than the limit")
        case .limitStoredBytes:
            Entry(
                .dataError, "rows that are compared at once are larger than the limit",
                hint: "import the source in several files")
        case .limitWindow:
            Entry(
                .dataError, "the zstd data needs more memory than the limit",
                hint: "compress it again without --long=28 or more")
        case .auditBroken:
            Entry(
                .dataError, "the audit log is not what was written",
                hint: "compare with a backup; who may write to audit_log and to the object store could have done it")
        case .auditUnsigned: Entry(.dataError, "the audit log is not signed, and there is a key to sign with")
        case .sourceNotFound: Entry(.noInput, "there is no such source")
        case .objectNotFound: Entry(.noInput, "there is no such object", hint: "check the key and the store")
        case .fileUnreadable: Entry(.noInput, "a file of settings cannot be read")
        case .jobNotFound:
            Entry(
                .noInput, "the organisation has no such job",
                hint: "check --org and --job, and that OBJECT_STORE_URL is the one the job used")
        case .planNotFound:
            Entry(
                .noInput, "the organisation has no such dry run",
                hint: "run it with \"dryRun\":true first")
        case .keyNotFound: Entry(.noInput, "the organisation has no such API key")
        case .noResult: Entry(.noInput, "the job has nothing to download")
        case .auditHeadMissing:
            Entry(
                .noInput, "the audit log has no head",
                hint: "the first job makes one; where there are entries, `audit verify` tells what is wrong")
        case .internalError: Entry(.software, "a defect of this software")
        case .countMismatch:
            Entry(
                .software, "rows were counted in two ways, with two results",
                hint: "report this defect")
        case .compressionFailed: Entry(.software, "a compressor failed")
        case .readerClosed: Entry(.software, "an object was read after it was closed")
        case .uploadEnded: Entry(.software, "an upload went on after it had ended")
        case .presetInvalid: Entry(.software, "a built-in preset is not what it should be")
        case .databaseError: Entry(.software, "the database reported what nobody expects of it")
        case .diskFull: Entry(.osError, "a disk, here or the database's, is full")
        case .outOfMemory: Entry(.osError, "there is no memory left, here or at the database")
        case .outOfFiles: Entry(.osError, "too many files are open")
        case .fileLimit: Entry(.osError, "the file system takes no file that long")
        case .ioError: Entry(.osError, "a file cannot be read or written")
        case .databaseIO: Entry(.osError, "the database's file cannot be read or written", hint: "check disk and space")
        case .databaseResources: Entry(.osError, "the database lacks something it needs")
        case .keyConflict: Entry(.cannotCreate, "one object's name is a folder of another's")
        case .auditUnwritten:
            Entry(
                .unpublished, "the job is done, and the audit log does not say so yet",
                hint: "launch the job again: it records the result without doing the work again")
        case .statusUnpublished:
            Entry(
                .unpublished, "the rows are there, and the manifest does not say so yet",
                hint: "launch the job again: it publishes without loading again")
        case .leaseHeld:
            Entry(
                .temporary, "another process runs the job",
                hint: "poll the manifest, or launch again after it has ended")
        case .leaseLost: Entry(.temporary, "another attempt has taken over the job")
        case .claimRefused:
            Entry(
                .temporary, "something else changes the job's manifest all the time",
                hint: "see who else writes to it, then launch the job again; doctor tries the store's conditions")
        case .auditBusy: Entry(.temporary, "others write to the audit log")
        case .preconditionFailed: Entry(.temporary, "an object was changed by somebody else")
        case .uploadLost:
            Entry(
                .temporary, "an upload has gone",
                hint: "another attempt may have removed it; launch the job again")
        case .storeBusy:
            Entry(
                .temporary, "another process holds the lock of the store's folder",
                hint: "launch the job again; a process that is stopped in the middle of a write has to go on or end")
        case .storeUnavailable:
            Entry(
                .temporary, "the store fails however often it is asked",
                hint: "launch the job again later")
        case .storeUnreachable:
            Entry(
                .temporary, "the store cannot be reached",
                hint: "check the endpoint in OBJECT_STORE_URL and the network, then launch the job again")
        case .credentialsUnavailable:
            Entry(
                .temporary, "who gives credentials gave none this time",
                hint: "launch the job again later")
        case .sourceInterrupted: Entry(.temporary, "the source was cut off")
        case .sourceTooSlow: Entry(.temporary, "the source comes too slowly")
        case .sourceUnreachable: Entry(.temporary, "the source cannot be reached")
        case .databaseBusy:
            Entry(
                .temporary, "others keep the database busy",
                hint: "launch the job again when the other writer is done", passes: .whenOthersEnd)
        case .databaseCancelled: Entry(.temporary, "the database's server cancelled a statement")
        case .databaseConflict: Entry(.temporary, "two transactions met", passes: .soon)
        case .databaseConnectionLost: Entry(.temporary, "the connection to the database was lost", passes: .soon)
        case .databaseLocked: Entry(.temporary, "another transaction holds a lock for too long", passes: .whenOthersEnd)
        case .databaseUnavailable: Entry(.temporary, "the database cannot be reached")
        case .manifestInvalid:
            Entry(
                .protocolError, "a stored manifest is none",
                hint: "something else wrote to the job's folder; use a new jobId")
        case .rejectsUnreadable:
            Entry(
                .protocolError, "stored rejects cannot be read again",
                hint: "something else wrote to the job's folder or to import_rejects")
        case .verifyFailed:
            Entry(
                .protocolError, "the stored result is not what the manifest says",
                hint: "the stored object was changed after the job; export again")
        case .certificateUntrusted:
            Entry(
                .protocolError, "the database's certificate is not trusted",
                hint: "name the authority's certificate with sslrootcert in DATABASE_URL")
        case .sourceUntrusted:
            Entry(
                .protocolError, "the source's certificate is not trusted",
                hint: "serve the source with a valid certificate for its host name")
        case .storeUntrusted:
            Entry(
                .protocolError, "the store's certificate is not trusted",
                hint: "check the endpoint in OBJECT_STORE_URL; AWS_CA_BUNDLE names a file with your own authority")
        case .storeAnswerUnreadable:
            Entry(
                .protocolError, "the store's answer is none of S3",
                hint: "check that OBJECT_STORE_URL names an S3-compatible endpoint")
        case .storeChecksumWrong:
            Entry(
                .protocolError, "what the store has differs from what was sent",
                hint: "check the network, and the memory of this machine")
        case .storeRefused:
            Entry(
                .protocolError, "the store takes no such request",
                hint: "check that OBJECT_STORE_URL names an S3-compatible endpoint")
        case .databaseCorrupt:
            Entry(
                .protocolError, "the database is damaged, or its server has an internal error",
                hint: "see the database's log; a damaged one needs a backup")
        case .databaseProtocol:
            Entry(
                .protocolError, "the database answers in another way than it should",
                hint: "is it a PostgreSQL server of version 13 or newer?")
        case .notPermitted: Entry(.notPermitted, "who launched the job may not")
        case .addressDenied:
            Entry(
                .notPermitted, "the source is at an address that sources may not have",
                hint: "sources must be public; the operator may list others in SOURCE_ALLOW")
        case .sourceForbidden:
            Entry(
                .notPermitted, "the source is not open to this job",
                hint: "give a URL that needs no login, such as a presigned one that has not expired")
        case .storePermissionDenied:
            Entry(
                .notPermitted, "the store, or its folder, does not allow it",
                hint: "give the job's user or key the right to read, write, list and delete there")
        case .unsafeEntry:
            Entry(
                .notPermitted, "a link, a pipe or a device is where a file should be",
                hint: "remove links, pipes and devices from the store's folder")
        case .databaseForbidden: Entry(.notPermitted, "the database does not allow it")
        case .databaseFileReadOnly:
            Entry(
                .notPermitted, "the database's file may not be written",
                hint: "give the job write access to the file and its directory")
        case .rightsMissing: Entry(.notPermitted, "the database's role lacks rights that the job needs")
        case .configurationInvalid: Entry(.configuration, "a setting of the environment is wrong")
        case .catalogueInvalid: Entry(.configuration, "the resource catalogue has mistakes; all are listed")
        case .clockWrong: Entry(.configuration, "the clock of this machine is wrong")
        case .auditKeyMissing: Entry(.configuration, "there is no `JOB_SIGNING_KEY` to sign or to prove with")
        case .folderUnavailable:
            Entry(
                .configuration, "the folder of the demonstration cannot be made",
                hint: "run where the user may write, or set DATABASE_URL and OBJECT_STORE_URL")
        case .spoolUnavailable:
            Entry(
                .configuration, "nothing can be put aside in `TMPDIR`",
                hint: "name a folder that the job may write in TMPDIR")
        case .credentialsFileUnreadable:
            Entry(
                .configuration, "a file of credentials cannot be read",
                hint: "check that the file is there, is readable and is not empty")
        case .credentialsIncomplete: Entry(.configuration, "one half of a pair of settings is missing")
        case .credentialsInvalid: Entry(.configuration, "a setting of the credentials is wrong")
        case .credentialsMissing: Entry(.configuration, "there are no credentials for the store")
        case .credentialsProfileMissing: Entry(.configuration, "there is no profile of that name")
        case .credentialsRefused:
            Entry(
                .configuration, "who gives credentials refuses them",
                hint: "check the role, its trust policy and the token")
        case .credentialsUnreachable:
            Entry(
                .configuration, "who gives credentials cannot be asked",
                hint: "check the endpoint's settings")
        case .credentialsUnsupported:
            Entry(
                .configuration, "a profile asks for what is not supported",
                hint: "use access keys, role_arn with web_identity_token_file, or another source of credentials")
        case .storeMissing: Entry(.configuration, "the store's folder is not there")
        case .storeBucketMissing:
            Entry(
                .configuration, "there is no such bucket",
                hint: "create it, or change the bucket in OBJECT_STORE_URL")
        case .storeConditionsMissing:
            Entry(
                .configuration, "the store does not heed conditions of writes",
                hint: "use a store with conditional writes: without them two processes could run one job at once")
        case .storeCredentialsExpired:
            Entry(
                .configuration, "temporary credentials of the store have ended",
                hint: "renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
        case .storeCredentialsInvalid:
            Entry(
                .configuration, "the store does not know the credentials",
                hint: "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and region= in OBJECT_STORE_URL")
        case .storeRegionWrong:
            Entry(
                .configuration, "the bucket is in another region",
                hint: "set region= (or the endpoint) in OBJECT_STORE_URL, or AWS_REGION")
        case .storeSelftestFailed:
            Entry(
                .configuration, "the store cannot do what jobs need",
                hint: "use a store with strong consistency and conditional writes")
        case .databaseMissing: Entry(.configuration, "there is no such database", hint: "check DATABASE_URL")
        case .databaseInvalid: Entry(.configuration, "the file is no database", hint: "check the path in DATABASE_URL")
        case .databaseLogin: Entry(.configuration, "the database refuses the login")
        case .databaseReadOnly: Entry(.configuration, "the database's server takes no changes")
        case .databaseStatement: Entry(.configuration, "a table or a column is missing or of another shape")
        case .columnTypeMismatch:
            Entry(.configuration, "a column of the table is of another type than the catalogue says")
        case .keyNotUnique:
            Entry(
                .configuration, "nothing keeps the key of a table unique",
                hint: "create a primary key or a unique index on these columns")
        case .tableUnfit: Entry(.configuration, "a table lacks columns that the job needs")
        case .tablesMissing: Entry(.configuration, "the tables that jobs need are missing")
        case .cancelled: Entry(.cancelled, "the job was cancelled")
        case .deadline: Entry(.deadline, "the job's deadline has passed")
        case .interrupted: Entry(.interrupted, "SIGINT came")
        case .terminated: Entry(.terminated, "SIGTERM came, or the work was given up", hint: "launch it again")
        }
    }
}
