/// Countries by the two letters of ISO 3166-1.
enum CountryCode {
    /// The two letters for a code of two or three letters, or an English name; nil for anything else.
    static func canonical(_ cell: UnsafeBufferPointer<UInt8>) -> String? {
        guard cell.count <= 64 else { return nil }
        return unsafe known[String(decoding: cell, as: UTF8.self).lowercased()]
    }

    private static let known: [String: String] = {
        var known: [String: String] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2)
            let code = String(parts[0])
            for name in [parts[0], parts[1]] + parts[2].split(separator: "|") { known[name.lowercased()] = code }
        }
        return known
    }()

    /// ISO 3166-1: two letters, three letters, the English short name and other names people use.
    private static let table = """
        AD AND Andorra
        AE ARE United Arab Emirates
        AF AFG Afghanistan
        AG ATG Antigua and Barbuda
        AI AIA Anguilla
        AL ALB Albania
        AM ARM Armenia
        AO AGO Angola
        AQ ATA Antarctica
        AR ARG Argentina
        AS ASM American Samoa
        AT AUT Austria|Österreich
        AU AUS Australia
        AW ABW Aruba
        AX ALA Åland Islands
        AZ AZE Azerbaijan
        BA BIH Bosnia and Herzegovina
        BB BRB Barbados
        BD BGD Bangladesh
        BE BEL Belgium
        BF BFA Burkina Faso
        BG BGR Bulgaria
        BH BHR Bahrain
        BI BDI Burundi
        BJ BEN Benin
        BL BLM Saint Barthélemy
        BM BMU Bermuda
        BN BRN Brunei Darussalam|Brunei
        BO BOL Plurinational State of Bolivia|Bolivia
        BQ BES Sint Eustatius and Saba Bonaire
        BR BRA Brazil|Brasil
        BS BHS Bahamas
        BT BTN Bhutan
        BV BVT Bouvet Island
        BW BWA Botswana
        BY BLR Belarus
        BZ BLZ Belize
        CA CAN Canada
        CC CCK Cocos (Keeling) Islands
        CD COD The Democratic Republic of the Congo|DR Congo|Democratic Republic of the Congo
        CF CAF Central African Republic
        CG COG Congo|Republic of the Congo
        CH CHE Switzerland|Schweiz|Suisse
        CI CIV Côte d'Ivoire|Ivory Coast|Cote d'Ivoire
        CK COK Cook Islands
        CL CHL Chile
        CM CMR Cameroon
        CN CHN China
        CO COL Colombia
        CR CRI Costa Rica
        CU CUB Cuba
        CV CPV Cabo Verde|Cape Verde
        CW CUW Curaçao
        CX CXR Christmas Island
        CY CYP Cyprus
        CZ CZE Czechia|Czech Republic
        DE DEU Germany|Deutschland
        DJ DJI Djibouti
        DK DNK Denmark|Danmark
        DM DMA Dominica
        DO DOM Dominican Republic
        DZ DZA Algeria
        EC ECU Ecuador
        EE EST Estonia
        EG EGY Egypt
        EH ESH Western Sahara
        ER ERI Eritrea
        ES ESP Spain|España
        ET ETH Ethiopia
        FI FIN Finland|Suomi
        FJ FJI Fiji
        FK FLK Falkland Islands (Malvinas)
        FM FSM Federated States of Micronesia|Micronesia
        FO FRO Faroe Islands
        FR FRA France
        GA GAB Gabon
        GB GBR United Kingdom|UK|U.K.|Great Britain|England|Scotland|Wales|Northern Ireland
        GD GRD Grenada
        GE GEO Georgia
        GF GUF French Guiana
        GG GGY Guernsey
        GH GHA Ghana
        GI GIB Gibraltar
        GL GRL Greenland
        GM GMB Gambia
        GN GIN Guinea
        GP GLP Guadeloupe
        GQ GNQ Equatorial Guinea
        GR GRC Greece
        GS SGS South Georgia and the South Sandwich Islands
        GT GTM Guatemala
        GU GUM Guam
        GW GNB Guinea-Bissau
        GY GUY Guyana
        HK HKG Hong Kong|Hong Kong SAR
        HM HMD Heard Island and McDonald Islands
        HN HND Honduras
        HR HRV Croatia
        HT HTI Haiti
        HU HUN Hungary
        ID IDN Indonesia
        IE IRL Ireland
        IL ISR Israel
        IM IMN Isle of Man
        IN IND India
        IO IOT British Indian Ocean Territory
        IQ IRQ Iraq
        IR IRN Islamic Republic of Iran|Iran
        IS ISL Iceland
        IT ITA Italy|Italia
        JE JEY Jersey
        JM JAM Jamaica
        JO JOR Jordan
        JP JPN Japan|Nippon
        KE KEN Kenya
        KG KGZ Kyrgyzstan
        KH KHM Cambodia
        KI KIR Kiribati
        KM COM Comoros
        KN KNA Saint Kitts and Nevis
        KP PRK Democratic People's Republic of Korea|North Korea
        KR KOR Republic of Korea|South Korea
        KW KWT Kuwait
        KY CYM Cayman Islands
        KZ KAZ Kazakhstan
        LA LAO Lao People's Democratic Republic|Laos
        LB LBN Lebanon
        LC LCA Saint Lucia
        LI LIE Liechtenstein
        LK LKA Sri Lanka
        LR LBR Liberia
        LS LSO Lesotho
        LT LTU Lithuania
        LU LUX Luxembourg
        LV LVA Latvia
        LY LBY Libya
        MA MAR Morocco
        MC MCO Monaco
        MD MDA Republic of Moldova|Moldova
        ME MNE Montenegro
        MF MAF Saint Martin (French part)
        MG MDG Madagascar
        MH MHL Marshall Islands
        MK MKD North Macedonia|Macedonia
        ML MLI Mali
        MM MMR Myanmar|Burma
        MN MNG Mongolia
        MO MAC Macao
        MP MNP Northern Mariana Islands
        MQ MTQ Martinique
        MR MRT Mauritania
        MS MSR Montserrat
        MT MLT Malta
        MU MUS Mauritius
        MV MDV Maldives
        MW MWI Malawi
        MX MEX Mexico|México
        MY MYS Malaysia
        MZ MOZ Mozambique
        NA NAM Namibia
        NC NCL New Caledonia
        NE NER Niger
        NF NFK Norfolk Island
        NG NGA Nigeria
        NI NIC Nicaragua
        NL NLD Netherlands|Holland|The Netherlands
        NO NOR Norway|Norge
        NP NPL Nepal
        NR NRU Nauru
        NU NIU Niue
        NZ NZL New Zealand
        OM OMN Oman
        PA PAN Panama
        PE PER Peru
        PF PYF French Polynesia
        PG PNG Papua New Guinea
        PH PHL Philippines
        PK PAK Pakistan
        PL POL Poland|Polska
        PM SPM Saint Pierre and Miquelon
        PN PCN Pitcairn
        PR PRI Puerto Rico
        PS PSE State of Palestine|Palestine
        PT PRT Portugal
        PW PLW Palau
        PY PRY Paraguay
        QA QAT Qatar
        RE REU Réunion
        RO ROU Romania
        RS SRB Serbia
        RU RUS Russian Federation|Russia
        RW RWA Rwanda
        SA SAU Saudi Arabia
        SB SLB Solomon Islands
        SC SYC Seychelles
        SD SDN Sudan
        SE SWE Sweden|Sverige
        SG SGP Singapore
        SH SHN Ascension and Tristan da Cunha Saint Helena
        SI SVN Slovenia
        SJ SJM Svalbard and Jan Mayen
        SK SVK Slovakia
        SL SLE Sierra Leone
        SM SMR San Marino
        SN SEN Senegal
        SO SOM Somalia
        SR SUR Suriname
        SS SSD South Sudan
        ST STP Sao Tome and Principe
        SV SLV El Salvador
        SX SXM Sint Maarten (Dutch part)
        SY SYR Syrian Arab Republic|Syria
        SZ SWZ Eswatini|Swaziland
        TC TCA Turks and Caicos Islands
        TD TCD Chad
        TF ATF French Southern Territories
        TG TGO Togo
        TH THA Thailand
        TJ TJK Tajikistan
        TK TKL Tokelau
        TL TLS Timor-Leste
        TM TKM Turkmenistan
        TN TUN Tunisia
        TO TON Tonga
        TR TUR Türkiye|Turkey
        TT TTO Trinidad and Tobago
        TV TUV Tuvalu
        TW TWN Province of China Taiwan|Taiwan
        TZ TZA United Republic of Tanzania|Tanzania
        UA UKR Ukraine
        UG UGA Uganda
        UM UMI United States Minor Outlying Islands
        US USA United States|USA|U.S.|U.S.A.|United States of America
        UY URY Uruguay
        UZ UZB Uzbekistan
        VA VAT Holy See (Vatican City State)|Vatican
        VC VCT Saint Vincent and the Grenadines
        VE VEN Bolivarian Republic of Venezuela|Venezuela
        VG VGB British Virgin Islands
        VI VIR U.S. Virgin Islands
        VN VNM Viet Nam|Vietnam
        VU VUT Vanuatu
        WF WLF Wallis and Futuna
        WS WSM Samoa
        YE YEM Yemen
        YT MYT Mayotte
        ZA ZAF South Africa
        ZM ZMB Zambia
        ZW ZWE Zimbabwe
        """
}
