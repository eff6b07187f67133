@testable internal import JobBench

/// A table with a column of every kind, random rows in it, and an empty copy of it.
enum TypeZoo {
    static let rows = 100_000

    private static let columns = """
        id:int i2:int i4:int i8:int f4:double f8:double n:decimal n2:decimal txt:text vc:text ch:text by:text d:date tm:text tmz:text
        ts:timestamp tsz:timestamp iv:text u:uuid j:json jb:json ip:text cd:text mac:text ta:text ia:json mood:text pos:int
        mail:text pair:json bo:bool mo:text bits:text r:text pt:text xm:text tsv:text
        """

    /// Both tables as resources; what the catalogue has no type for is text, arrays and composites also JSON.
    static var catalogue: String {
        let fields = columns.split { $0 == " " || $0 == "\n" }.map { pair in
            let parts = pair.split(separator: ":")
            return #"{"name":"\#(parts[0])","type":"\#(parts[1])"}"#
        }
        let resources = ["original", "copy"].map { name in
            #"{"name":"\#(name)","table":"zoo.\#(name)","key":["id"],"import":true,"columns":[\#(fields.joined(separator: ","))]}"#
        }
        return #"{"resources":[\#(resources.joined(separator: ","))]}"#
    }

    /// Makes the tables, and the rows: extremes, infinities, years before Christ, what is not a number, hostile text.
    static let tables = #"""
        CREATE SCHEMA zoo;
        CREATE TYPE zoo.mood as enum ('sad','ok','happy, really'); CREATE TYPE zoo.pair as (x int, y text,
        z numeric[]); CREATE DOMAIN zoo.positive as int check (value > 0); CREATE DOMAIN zoo.mail as text;
        CREATE TABLE zoo.original (org_id text not null, id bigint not null, i2 int2, i4 int4, i8 int8,
        f4 float4, f8 float8, n numeric, n2 numeric(12,2), txt text, vc varchar(40), ch char(10), by bytea,
        d date, tm time, tmz timetz, ts timestamp, tsz timestamptz, iv interval, u uuid, j json, jb jsonb,
        ip inet, cd cidr, mac macaddr, ta text[], ia int[], mood zoo.mood, pos zoo.positive, mail zoo.mail,
        pair zoo.pair, bo boolean, mo money, bits varbit, r int4range, pt point, xm xml, tsv tsvector,
        primary key (org_id, id));
        CREATE TABLE zoo.copy (LIKE zoo.original INCLUDING ALL);
        SELECT setseed(0.42);
        INSERT INTO zoo.original SELECT 'org_demo', i, (random()*65535-32768)::int2,
        (random()*4294967295-2147483648)::int4, (random()*1.8e19-9.0e18)::int8,
        case i%50 when 0 then 'NaN' when 1 then 'Infinity' when 2 then '-Infinity' when 3 then '-0' else
        (random()*power(10, random()*60-30))::float4 end,
        case i%50 when 4 then 'NaN' when 5 then 'Infinity' when 6 then '-Infinity' else random()*power(10,
        random()*600-300) end,
        case i%50 when 7 then 'NaN'::numeric when 8 then 'Infinity' when 9 then '-Infinity' when 10 then
        0.000 when 11 then power(10::numeric, 300) when 12 then (1::numeric(1000,900) /
        power(10::numeric,99))::numeric(1000,900) when 13 then 0::numeric(5,0) else (random()*1e6)::numeric
        * power(10::numeric, (i%30)-15) end,
        (random()*1e9-5e8)::numeric(12,2),
        case when i%20=0 then '' when i%20=1 then null else md5(i::text) || E'\t\n\r\\ "quote",
        é🎉\x01' || repeat('x', i%50) end, left(md5(i::text),(i%33)), left(md5(i::text),i%11),
        decode(md5(i::text),'hex'),
        case i%40 when 0 then 'infinity' when 1 then '-infinity' when 2 then '4713-01-01 BC' when 3 then
        '5874897-12-31' when 4 then '0044-03-15 BC' when 5 then '0001-12-31 BC' else '0001-01-01'::date +
        (random()*3652058)::int end,
        (random()*86399999999 || ' microseconds')::interval::time,
        (('12:34:56.7'::time)::text || '+0' || (i%9))::timetz,
        case i%40 when 7 then 'infinity' when 8 then '-infinity' when 9 then '4713-11-24 00:00 BC' when 10
        then '20000-01-01 12:34:56.789' else timestamp '0001-01-01' + random() * interval '9998 years' end,
        case i%40 when 11 then 'infinity' when 12 then '-infinity' when 13 then '0043-03-15
        12:00:00.000001+00 BC' when 14 then '294246-12-31 23:59:59.999999+00' else timestamptz '1900-01-01
        00:00+00' + random() * interval '300 years' end,
        make_interval(years => (random()*200-100)::int, months => (random()*24-12)::int,
        days => (random()*100-50)::int, secs => random()*200000-100000),
        gen_random_uuid(), case i%3 when 0 then '{"b": 1,  "a":[1, 2,{"c":"x, y: z"}],
        "b":2}' when 1 then '"str"' else 'null' end::json,
        case i%6 when 0 then '{"b": 1,  "a":[1, 2,{"c":"x, y: z \" \\ \u0001 é"}], "bb":1e5,
        "n": 1.50}' when 1 then '"a: b, c"' when 2 then 'null' when 3 then '[]' when 4 then '{}' else
        '[1,{"k": [true,false,null]}]' end::jsonb,
        ('10.' || i%256 || '.0.1/' || (8+i%24))::inet, ('10.' || i%256 || '.0.0/16')::cidr,
        ('08:00:2b:01:02:' || lpad(to_hex(i%256),2,'0'))::macaddr,
        case i%5 when 0 then '{}' when 1 then array['a,b','"q"',null,'','NULL','{x}'] when 2 then
        array[array['a','b'],array['c','d']] when 3 then null else array[md5(i::text)] end,
        case i%3 when 0 then array[i,null,-i] when 1 then '{}' else null end,
        (array['sad','ok','happy, really']::zoo.mood[])[1+i%3], 1+i, 'm' || i || '@x.y',
        case i%4 when 0 then null when 1 then row(i, 'a,"b"',
        array[1.5,null,2]::numeric[])::zoo.pair when 2 then row(null,null,null)::zoo.pair else
        row(1,'',null)::zoo.pair end,
        case i%3 when 0 then true when 1 then false end, (i*1.37)::numeric::money, (i::bit(16))::varbit,
        int4range(i, i+ i%7), point(i, i/3.0), ('<a b="' || i || '">x &amp; y</a>')::xml,
        to_tsvector('simple', 'the quick ' || md5(i::text))
        FROM generate_series(1, 100000) i;
        """#

    /// Rows that only one of the tables has; JSON is compared as jsonb.
    ///
    /// In a file of JSON a JSON null is a null like any other.
    static func difference(_ format: String) -> String {
        let json = ["j", "jb"].map { name in
            format == "csv" ? "\(name)::jsonb AS \(name)" : "NULLIF(\(name)::jsonb, 'null') AS \(name)"
        }
        let names = columns.split { $0 == " " || $0 == "\n" }.map { String($0.split(separator: ":")[0]) }
        let values = names.map { name in
            switch name {
            case "j": json[0]
            case "jb": json[1]
            case "pt", "xm": "\(name)::text"
            default: name
            }
        }.joined(separator: ", ")
        let one = "SELECT \(values) FROM zoo.original"
        let other = "SELECT \(values) FROM zoo.copy"
        return
            "SELECT (SELECT count(*) FROM (\(one) EXCEPT ALL \(other)) x), (SELECT count(*) FROM (\(other) EXCEPT ALL \(one)) y)"
    }
}
