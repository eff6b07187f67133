/// What a failure is, by a stable name: part of the contract, in logs, manifests and reports.
///
/// What belongs to each is in one table, `ErrorTable.swift`.
package enum ErrorCode: String, Sendable, CaseIterable, CustomStringConvertible {
    // Spec, arguments and ids
    case specInvalid = "spec_invalid"
    case specMissing = "spec_missing"
    case fileTooLarge = "file_too_large"
    case invalidID = "invalid_id"
    case invalidKey = "invalid_key"
    case invalidSourceURL = "invalid_source_url"
    case nulInValue = "nul_in_value"
    case idempotencyMismatch = "idempotency_mismatch"
    case alreadyFinished = "already_finished"
    case indexConflict = "index_conflict"
    case keyAmbiguous = "key_ambiguous"
    case auditCopyInvalid = "audit_copy_invalid"
    case auditInvalid = "audit_invalid"
    case unknownDialect = "unknown_dialect"

    // Data
    case sourceEmpty = "source_empty"
    case notText = "not_text"
    case notTabular = "not_tabular"
    case invalidJSON = "invalid_json"
    case jsonPathMissing = "json_path_missing"
    case malformedQuote = "malformed_quote"
    case unterminatedQuote = "unterminated_quote"
    case invalidUTF8 = "invalid_utf8"
    case invalidEncoding = "invalid_encoding"
    case nulByte = "nul_byte"
    case duplicateColumn = "duplicate_column"
    case duplicateKey = "duplicate_key"
    case formatAmbiguous = "format_ambiguous"
    case mappingAmbiguous = "mapping_ambiguous"
    case mappingIncomplete = "mapping_incomplete"
    case mappingSourceMissing = "mapping_source_missing"
    case presetUnfit = "preset_unfit"
    case unmappedColumns = "unmapped_columns"
    case planDrift = "plan_drift"
    case planUnfit = "plan_unfit"
    case tooManyRejects = "too_many_rejects"
    case storedValueInvalid = "stored_value_invalid"
    case transactionEnded = "transaction_ended"
    case databaseRejects = "database_rejects"
    case sourceChanged = "source_changed"
    case sourceCorrupt = "source_corrupt"
    case sourceTruncated = "source_truncated"
    case sourceRedirect = "source_redirect"
    case sourceRefused = "source_refused"
    case sourceTooLarge = "source_too_large"
    case invalidRange = "invalid_range"
    case zipEncrypted = "zip_encrypted"
    case zipNoFile = "zip_no_file"
    case zipSeveralFiles = "zip_several_files"
    case zipUnsupported = "zip_unsupported"
    case limitColumns = "limit_columns"
    case limitDecompressedBytes = "limit_decompressed_bytes"
    case limitDepth = "limit_depth"
    case limitExpansion = "limit_expansion"
    case limitFieldBytes = "limit_field_bytes"
    case limitFiles = "limit_files"
    case limitNameBytes = "limit_name_bytes"
    case limitObjectBytes = "limit_object_bytes"
    case limitRatio = "limit_ratio"
    case limitRecordBytes = "limit_record_bytes"
    case limitStoredBytes = "limit_stored_bytes"
    case limitWindow = "limit_window"
    case auditBroken = "audit_broken"
    case auditUnsigned = "audit_unsigned"

    // What is not there
    case sourceNotFound = "source_not_found"
    case objectNotFound = "object_not_found"
    case fileUnreadable = "file_unreadable"
    case jobNotFound = "job_not_found"
    case planNotFound = "plan_not_found"
    case keyNotFound = "key_not_found"
    case noResult = "no_result"
    case auditHeadMissing = "audit_head_missing"

    // Defects
    case internalError = "internal_error"
    case countMismatch = "count_mismatch"
    case compressionFailed = "compression_failed"
    case readerClosed = "reader_closed"
    case uploadEnded = "upload_ended"
    case presetInvalid = "preset_invalid"
    case databaseError = "database_error"

    // Disk, files and memory
    case diskFull = "disk_full"
    case outOfMemory = "out_of_memory"
    case outOfFiles = "out_of_files"
    case fileLimit = "file_limit"
    case ioError = "io_error"
    case databaseIO = "database_io"
    case databaseResources = "database_resources"

    // What exists already
    case keyConflict = "key_conflict"

    // Committed, and not said
    case auditUnwritten = "audit_unwritten"
    case statusUnpublished = "status_unpublished"

    // What may pass
    case leaseHeld = "lease_held"
    case leaseLost = "lease_lost"
    case claimRefused = "claim_refused"
    case auditBusy = "audit_busy"
    case preconditionFailed = "precondition_failed"
    case uploadLost = "upload_lost"
    case storeBusy = "store_busy"
    case storeUnavailable = "store_unavailable"
    case storeUnreachable = "store_unreachable"
    case credentialsUnavailable = "credentials_unavailable"
    case sourceInterrupted = "source_interrupted"
    case sourceTooSlow = "source_too_slow"
    case sourceUnreachable = "source_unreachable"
    case databaseBusy = "database_busy"
    case databaseCancelled = "database_cancelled"
    case databaseConflict = "database_conflict"
    case databaseConnectionLost = "database_connection_lost"
    case databaseLocked = "database_locked"
    case databaseUnavailable = "database_unavailable"

    // Impossible answers
    case manifestInvalid = "manifest_invalid"
    case rejectsUnreadable = "rejects_unreadable"
    case verifyFailed = "verify_failed"
    case certificateUntrusted = "certificate_untrusted"
    case sourceUntrusted = "source_untrusted"
    case storeUntrusted = "store_untrusted"
    case storeAnswerUnreadable = "store_answer_unreadable"
    case storeChecksumWrong = "store_checksum_wrong"
    case storeRefused = "store_refused"
    case databaseCorrupt = "database_corrupt"
    case databaseProtocol = "database_protocol"

    // Rights
    case notPermitted = "not_permitted"
    case addressDenied = "address_denied"
    case sourceForbidden = "source_forbidden"
    case storePermissionDenied = "store_permission_denied"
    case unsafeEntry = "unsafe_entry"
    case databaseForbidden = "database_forbidden"
    case databaseFileReadOnly = "database_file_read_only"
    case rightsMissing = "rights_missing"

    // Configuration
    case configurationInvalid = "configuration_invalid"
    case catalogueInvalid = "catalogue_invalid"
    case clockWrong = "clock_wrong"
    case auditKeyMissing = "audit_key_missing"
    case folderUnavailable = "folder_unavailable"
    case spoolUnavailable = "spool_unavailable"
    case credentialsFileUnreadable = "credentials_file_unreadable"
    case credentialsIncomplete = "credentials_incomplete"
    case credentialsInvalid = "credentials_invalid"
    case credentialsMissing = "credentials_missing"
    case credentialsProfileMissing = "credentials_profile_missing"
    case credentialsRefused = "credentials_refused"
    case credentialsUnreachable = "credentials_unreachable"
    case credentialsUnsupported = "credentials_unsupported"
    case storeMissing = "store_missing"
    case storeBucketMissing = "store_bucket_missing"
    case storeConditionsMissing = "store_conditions_missing"
    case storeCredentialsExpired = "store_credentials_expired"
    case storeCredentialsInvalid = "store_credentials_invalid"
    case storeRegionWrong = "store_region_wrong"
    case storeSelftestFailed = "store_selftest_failed"
    case databaseMissing = "database_missing"
    case databaseInvalid = "database_invalid"
    case databaseLogin = "database_login"
    case databaseReadOnly = "database_read_only"
    case databaseStatement = "database_statement"
    case columnTypeMismatch = "column_type_mismatch"
    case keyNotUnique = "key_not_unique"
    case tableUnfit = "table_unfit"
    case tablesMissing = "tables_missing"

    // Ends of a job
    case cancelled
    case deadline
    case interrupted
    case terminated
}

extension ErrorCode {
    package var description: String { rawValue }

    /// How a process ends with it.
    package var exitCode: ExitCode { entry.exitCode }
    /// What has happened, as the list of all codes says it.
    package var meaning: String { entry.meaning }
    /// What to do about it, where the place of the failure knows nothing better.
    package var hint: String? { entry.hint }

    /// How a failure of a database passes by itself; nil for one that does not, and for all others.
    package var databasePasses: DatabasePassing? { entry.passes }

    /// Whether a database takes no changes from anybody, or not from this job's user.
    package var isReadOnlyDatabase: Bool { self == .databaseReadOnly || self == .databaseFileReadOnly }
}

/// How a failure of a database passes.
package enum DatabasePassing: Sendable {
    /// A server was restarted or cut the connection, or two transactions met: the next try may do.
    case soon
    /// Others were waited for in vain already.
    case whenOthersEnd
}
