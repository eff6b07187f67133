/// The words by which people and products say who may be written to: the one table of merging, presets and notes.
///
/// All without case, accents, spaces and marks, as `Letters` leaves them.
enum ConsentWords {
    /// Parts of names that mean a refusal: `unsubscribed_at`, `Email Suppressions`, `HasOptedOutOfEmail`.
    static let refusalStems = [
        "unsub", "optout", "optedout", "optingout", "suppress", "bounce", "complain", "spam", "blacklist", "blocklist",
        "denylist", "blocked", "emailquarantin", "addressquarantin", "globallyineligib", "emailineligib",
        "emailisineligib", "bademail", "emailbad", "emailinvalid", "donot", "dontcontact", "dontemail", "dontsend",
        "neversubscribed", "nonsubscribed",
        "notsubscribed", "undeliverable", "invalidemail", "cleantime", "cleandate",
        "abgemeld", "abmeld", "ausgetragen", "gesperrt", "werbesperre", "mailsperre", "widerruf", "widerspr",
        "keinewerbung",
        "keinemail", "keinnewsletter", "desabonn", "desinscri", "desuscri", "desuscripcion", "dadodebaja",
        "fechadebaja", "descadastr", "disiscri", "disiscriz", "nonscritto", "uitgeschreven", "uitschrij", "afgemeld",
        "avregistr", "avprenumer", "avmeld", "avanmal", "frameld", "afmeld", "wypisan", "odhlas", "leiratkoz",
        "dezabon", "отпис", "配信停止", "退会", "退订", "退訂", "수신거부", "구독취소",
    ]
    /// Whole words of names that mean it.
    static let refusalTokens: Set<String> = ["dnc", "dne", "cleaned", "inactive", "baja", "bajas", "abuse"]
    /// Parts of names that mean it where the name is about consent or messages: `consent_withdrawn_at`.
    static let takenBackStems = [
        "revoke", "withdrawn", "withdrew", "refuse", "declin", "object", "denied", "cancel", "widerruf", "retire",
        "revoca",
    ]
    /// Parts of names by which a refusal is none any more: `resubscribed_at`.
    static let undoneStems = ["unblock", "unsuppress", "resubscri"]
    /// Parts of names that mean consent, or the lack of it: `accepts_marketing`, `Email Consent`, `opt_in`.
    static let consentStems = [
        "consent", "optin", "optedin", "subscribed", "subscriber", "acceptsmarketing", "acceptmarketing", "newsletter",
        "marketing", "mailingpermission", "emailpermission", "permissionto", "contactable", "mailable", "marketable",
        "legalbasis", "cancontact", "canemail", "maycontact", "mayemail", "receiveemail", "receivesemail",
        "receivenews",
        "wantsemail", "wantsnews", "acceptsemail", "acceptemail", "emailaccepted", "promotionalemail", "emailopt",
        "emailsubscri", "subscriptionstatus", "emailnotifications",
        "einwilligung", "zustimmung", "werbeerlaubnis", "abonniert", "werbungerlaubt", "abonne", "acceptelesemails",
        "boletin", "suscrit", "consenso", "iscritto", "iscritta", "inscrito", "inscrit", "assinante", "toestemming",
        "aangemeld", "ingeschreven", "nieuwsbrief", "samtyk", "nyhetsbrev", "nyhedsbrev", "uutiskirje", "zgoda",
        "souhlas", "hozzajarul", "consimtamant", "согласи", "подписан", "рассылк", "同意", "購読", "订阅", "訂閱", "동의",
        "구독",
    ]
    /// Whole words of names of a status, which alone say nothing of messages.
    static let statusTokens: Set<String> = ["status", "state", "statut", "estado", "stato", "zustand", "статус"]
    /// Beside one of them they make it one of messages: `Email Status`.
    static let messageTokens: Set<String> = [
        "email", "emails", "mail", "mailing", "subscription", "newsletter", "marketing", "optin", "permission",
    ]
    /// What a name is about that has such a word but no answer in it: `unsubscribe_url`, `spam_score`.
    static let otherTokens: Set<String> = [
        "url", "urls", "uri", "link", "links", "href", "token", "hash", "rate", "ratio", "percent", "percentage",
        "score",
        "page", "template", "text", "label", "title", "count", "counter", "total", "number", "id", "ids", "code", "key",
        "campaign", "campaigns", "subject", "body", "html", "footer", "soft", "ip", "version", "source", "channel",
        "manager", "cost", "spend", "budget", "revenue", "segment", "qualified", "lead", "method", "language", "sent",
        "delivered", "opened", "open", "opens", "clicked", "click", "clicks", "replied", "views", "visits", "name",
        "owner", "tool", "price", "amount", "tier", "address", "event", "action", "activity",
    ]
    /// Of names that tell what is wrong with an address; there `address` is no other thing.
    static let addressStems = ["addressquarantin", "invalidemail", "emailinvalid", "bademail", "emailbad"]
    /// Ways to reach somebody, and parts of what is sent, a refusal of which is none of e-mail.
    static let partTokens: Set<String> = [
        "sms", "mms", "push", "call", "calls", "phone", "fax", "whatsapp", "web", "app", "mobile", "postal",
        "post", "letter", "line", "voice", "list", "lists", "group", "groups", "topic", "topics", "double", "track",
        "tracking", "cookie", "cookies", "analytics", "profiling", "sell",
    ]

    /// Values that are a refusal wherever they stand.
    static let refusalPhrases = [
        "unsubscri", "optout", "optedout", "suppressed", "hardbounce", "blacklisted", "blocklisted", "donotcontact",
        "donotemail", "donotmail", "nevercontact", "neversubscribed", "nonsubscribed", "notsubscribed",
        "nolongersubscribed", "spamcomplain", "spamreport", "desabonn", "desinscri", "abgemeldet", "uitgeschreven",
        "disiscritt", "descadastrad",
    ]
    /// The same with a denial in front.
    static let deniedPhrases = ["notunsubscri", "notoptedout", "notsuppressed", "notblacklisted", "notblocklisted"]
    /// Values of a status, or of a column of consent, by which somebody must not be written to.
    static let refusals: Set<String> = [
        "unsub", "cleaned", "bounce", "bounced", "bouncing", "softbounced", "complained", "complaint", "complaints",
        "spam",
        "spammer", "abuse", "reported", "reportedspam", "reportedasspam", "markedasspam", "blocked", "banned", "dnc",
        "dne",
        "donotcall", "donotdisturb", "donotsend", "suppression", "suppress", "refused", "refuse", "revoked",
        "withdrawn",
        "denied", "declined", "rejected", "undeliverable", "invalid", "unreachable", "noconsent", "notconsented",
        "nopermission", "notgranted", "nonmarketable", "notmarketable", "nonmarketing", "nonmarketingcontact",
        "inactive",
        "nonactive", "notactive", "archived", "deleted", "disabled", "deactivated", "removed", "unengaged", "optedoff",
        "ausgetragen", "gesperrt", "widerrufen", "widersprochen", "inaktiv", "geloscht", "blockiert", "inactif",
        "inactive", "supprime", "bloque", "baja", "dadodebaja", "desuscrito", "desuscrita", "nosuscrito", "cancelado",
        "inactivo", "rebotado", "inattivo", "cancellato", "nonscritto", "inativo", "cancelada", "rejeitado", "afgemeld",
        "inactief", "geblokkeerd", "avregistrerad", "avprenumererad", "avmeldt", "frameldt", "afmeldt", "inaktivni",
        "wypisany", "wypisana", "nieaktywny", "odhlasen", "leiratkozott", "dezabonat", "отписан", "отписана",
        "отписался", "отписалась", "配信停止", "退会", "解除", "退订", "已退订", "退訂", "수신거부", "구독취소",
    ]
    /// Those of them that are about messages also where the status may be one of something else, such as a lead's.
    static let messageRefusals: Set<String> = [
        "unsub", "cleaned", "bounce", "bounced", "bouncing", "softbounced", "complained", "complaint", "complaints",
        "spam",
        "spammer", "abuse", "reportedspam", "reportedasspam", "markedasspam", "dnc", "dne", "donotsend", "suppression",
        "suppress", "noconsent", "notconsented", "undeliverable", "optedoff", "nonmarketing", "nonmarketable",
        "nonmarketingcontact",
    ]
    /// Words for no.
    static let no: Set<String> = [
        "false", "f", "no", "n", "off", "nein", "non", "nee", "nie", "nei", "nej", "nao", "ne", "nem", "nu", "ei",
        "hayir",
        "нет", "いいえ", "否", "아니오", "never", "none", "not",
    ]
    /// Words for yes, and those of a status that is one.
    static let yes: Set<String> = [
        "true", "t", "yes", "y", "on", "x", "ja", "oui", "si", "sim", "tak", "ano", "igen", "da", "kylla", "evet", "да",
        "はい", "是", "예", "subscribed", "optedin", "optin", "active", "confirmed", "accepted", "allowed", "granted", "ok",
        "deliverable", "valid", "verified", "abonniert", "angemeldet", "aktiv", "abonne", "abonnee", "inscrit", "actif",
        "suscrito", "suscrita", "activo", "iscritto", "iscritta", "attivo", "inscrito", "inscrita", "ativo",
        "aangemeld",
        "ingeschreven", "actief", "tilmeldt", "pameldt", "prenumererad", "zapisany", "aktywny", "подписан",
    ]
    /// Words for nothing.
    static let nothing: Set<String> = ["null", "nil", "na", "nan", "undefined", "unknown", "empty", "leer", "vide"]
}

/// Text as its letters alone: lower case, without accents, spaces, digits and marks.
enum Letters {
    private static let plain: [Unicode.Scalar: String] = {
        let groups = [
            ("a", "àáâãäåāăą"), ("ae", "æ"), ("c", "çćč"), ("d", "ďđð"), ("e", "èéêëēęě"), ("g", "ğ"), ("i", "ìíîïīı"),
            ("l", "łľ"), ("n", "ñńň"), ("o", "òóôõöøőō"), ("oe", "œ"), ("r", "řŕ"), ("s", "śšşș"), ("ss", "ß"),
            ("t", "ťţț"), ("u", "ùúûüůűū"), ("y", "ýÿ"), ("z", "źżž"),
        ]
        var plain: [Unicode.Scalar: String] = [:]
        for (letter, accented) in groups { for scalar in accented.unicodeScalars { plain[scalar] = letter } }
        return plain
    }()

    /// The words of a name: `HasOptedOut`, `has_opted_out` and `Has opted out` are the same three.
    static func words(_ name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for scalar in name.unicodeScalars {
            // An accent on its own belongs to the letter before it.
            if scalar.properties.canonicalCombiningClass != .notReordered { continue }
            let isLetter = scalar.properties.isAlphabetic
            let isUpper = scalar.properties.isUppercase
            if !isLetter || isUpper && wasLower {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            wasLower = isLetter && !isUpper
            if !isLetter { continue }
            for lower in scalar.properties.lowercaseMapping.unicodeScalars
            where lower.properties.canonicalCombiningClass == .notReordered {
                if let letter = plain[lower] { word += letter } else { word.unicodeScalars.append(lower) }
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// All of them as one.
    static func of(_ text: String) -> String { words(text).joined() }
}
