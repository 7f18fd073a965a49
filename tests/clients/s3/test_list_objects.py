"""ListObjects and ListObjectsV2."""
import pytest

from .s3_support import fails, keys, prefixes, put_keys

NAMES = ["bar", "baz", "foo", "quxx"]
TREE = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla"]


@pytest.fixture(params=["list_objects", "list_objects_v2"])
def listing(request, s3):
    return getattr(s3, request.param)


@pytest.fixture
def four(s3, bucket):
    put_keys(s3, bucket, NAMES)
    return bucket


@pytest.fixture
def tree(s3, bucket):
    put_keys(s3, bucket, TREE)
    return bucket


def test_ListObjects_empty_bucket(listing, bucket):
    page = listing(Bucket=bucket)
    assert "Contents" not in page and page["IsTruncated"] is False and page["MaxKeys"] == 1000 and page["Name"] == bucket


def test_ListObjects_missing_bucket_404(listing):
    fails("NoSuchBucket", 404, listing, Bucket="no-such-bucket")


def test_ListObjects_entry(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"hello")
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    for entry in (s3.list_objects(Bucket=bucket)["Contents"][0], s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]):
        assert (entry["Key"], entry["Size"], entry["ETag"], entry["StorageClass"], entry["Owner"]) == ("key", 5, '"5d41402abc4b2a76b9719d911017c592"', "STANDARD", owner)
        assert entry["LastModified"].replace(microsecond=0) == s3.head_object(Bucket=bucket, Key="key")["LastModified"]
    assert "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]


def test_ListObjects_max_keys(listing, four):
    page = listing(Bucket=four, MaxKeys=1)
    assert keys(page) == ["bar"] and page["IsTruncated"] is True and page["MaxKeys"] == 1
    page = listing(Bucket=four, MaxKeys=4)
    assert keys(page) == NAMES and page["IsTruncated"] is False
    page = listing(Bucket=four, MaxKeys=2000)
    assert keys(page) == NAMES and page["MaxKeys"] == 1000


def test_ListObjects_max_keys_zero(listing, four):
    page = listing(Bucket=four, MaxKeys=0)
    assert keys(page) == [] and page["IsTruncated"] is False and page["MaxKeys"] == 0


@pytest.mark.parametrize("given, message", [("blah", "Provided max-keys not an integer or within integer range"), ("\n", "Provided max-keys not an integer or within integer range"),
                                            ("99999999999999", "Provided max-keys not an integer or within integer range"),
                                            ("-1", "Argument max-keys must be an integer between 0 and 2147483647")])
@pytest.mark.parametrize("version", ["1", "2"])
def test_ListObjects_max_keys_invalid_400(raw, four, given, message, version):
    answer = raw("GET", f"/{four}", query={"list-type": version, "max-keys": given} if version == "2" else {"max-keys": given})
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", message)
    assert answer.text("ArgumentName") == "max-keys"


def test_ListObjects_max_keys_empty_is_default(raw, four):
    assert raw("GET", f"/{four}", query={"max-keys": ""}).text("MaxKeys") == "1000"


@pytest.mark.parametrize("marker, first", [("", 0), ("bar", 1), ("blah", 2), ("zzz", 4), ("aaa", 0), ("\n", 0)])
def test_ListObjects_marker(s3, four, marker, first):
    page = s3.list_objects(Bucket=four, Marker=marker)
    assert page["Marker"] == marker and keys(page) == NAMES[first:] and page["IsTruncated"] is False
    page = s3.list_objects_v2(Bucket=four, StartAfter=marker)
    assert page["StartAfter"] == marker and keys(page) == NAMES[first:]


def test_ListObjectsV2_continuation(s3, four):
    first = s3.list_objects_v2(Bucket=four, MaxKeys=1, StartAfter="bar")
    assert keys(first) == ["baz"] and first["IsTruncated"] and first["KeyCount"] == 1 and first["StartAfter"] == "bar"
    token = first["NextContinuationToken"]
    rest = s3.list_objects_v2(Bucket=four, ContinuationToken=token)
    assert rest["ContinuationToken"] == token and keys(rest) == ["foo", "quxx"] and not rest["IsTruncated"]
    assert "NextContinuationToken" not in rest
    both = s3.list_objects_v2(Bucket=four, ContinuationToken=token, StartAfter="zzz")
    assert keys(both) == ["foo", "quxx"]


def test_ListObjectsV2_continuation_token_empty_400(raw, four):
    answer = raw("GET", f"/{four}", query={"list-type": "2", "continuation-token": ""})
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "The continuation token provided is incorrect"


def test_ListObjects_delimiter(listing, tree):
    page = listing(Bucket=tree, Delimiter="/")
    assert keys(page) == ["asdf"] and prefixes(page) == ["boo/", "cquux/"] and page["Delimiter"] == "/"


def test_ListObjectsV2_key_count_counts_prefixes(s3, tree):
    assert s3.list_objects_v2(Bucket=tree, Delimiter="/")["KeyCount"] == 3


def test_ListObjects_delimiter_paging(s3, tree):
    def page(marker, size, prefix=""):
        found = s3.list_objects(Bucket=tree, Delimiter="/", Marker=marker, MaxKeys=size, Prefix=prefix)
        return keys(found), prefixes(found), found["IsTruncated"], found.get("NextMarker")

    assert page("", 1) == (["asdf"], [], True, "asdf")
    assert page("asdf", 1) == ([], ["boo/"], True, "boo/")
    assert page("boo/", 1) == ([], ["cquux/"], False, None)
    assert page("", 2) == (["asdf"], ["boo/"], True, "boo/")
    assert page("boo/", 2) == ([], ["cquux/"], False, None)
    assert page("", 1, "boo/") == (["boo/bar"], [], True, "boo/bar")
    assert page("boo/bar", 1, "boo/") == ([], ["boo/baz/"], False, None)


def test_ListObjectsV2_delimiter_paging(s3, tree):
    seen, token = [], {}
    while True:
        page = s3.list_objects_v2(Bucket=tree, Delimiter="/", MaxKeys=1, **token)
        seen += keys(page) + prefixes(page)
        if not page["IsTruncated"]:
            break
        token = {"ContinuationToken": page["NextContinuationToken"]}
    assert seen == ["asdf", "boo/", "cquux/"]


def test_ListObjects_next_marker_is_the_greatest_name(s3, bucket):
    put_keys(s3, bucket, ["dir1/subdir/file.txt", "dir1/subdir.ext", "dir1/subdir1.ext", "dir1/subdir2.ext"])
    page = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=2, Prefix="dir1/")
    assert (page["NextMarker"], keys(page), prefixes(page)) == ("dir1/subdir/", ["dir1/subdir.ext"], ["dir1/subdir/"])


@pytest.mark.parametrize("delimiter, names, found, common", [
    ("a", ["bar", "baz", "cab", "foo"], ["foo"], ["ba", "ca"]),
    ("%", ["b%ar", "b%az", "c%ab", "foo"], ["foo"], ["b%", "c%"]),
    (" ", ["b ar", "b az", "c ab", "foo"], ["foo"], ["b ", "c "]),
    (".", ["b.ar", "b.az", "c.ab", "foo"], ["foo"], ["b.", "c."]),
    ("ü", ["büar", "büaz", "cüab", "foo"], ["foo"], ["bü", "cü"]),
    ("--", ["a--b", "a-b", "c--d"], ["a-b"], ["a--", "c--"]),
    ("\n", NAMES, NAMES, []),
    ("/", NAMES, NAMES, []),
])
def test_ListObjects_delimiter_of_any_kind(s3, listing, bucket, delimiter, names, found, common):
    put_keys(s3, bucket, names)
    page = listing(Bucket=bucket, Delimiter=delimiter)
    assert (keys(page), prefixes(page), page["Delimiter"]) == (found, common, delimiter)


def test_ListObjects_delimiter_empty_counts_as_none(listing, tree):
    page = listing(Bucket=tree, Delimiter="")
    assert keys(page) == sorted(TREE) and "Delimiter" not in page and prefixes(page) == []


@pytest.mark.parametrize("prefix, found", [("ba", ["bar", "baz"]), ("d", []), ("", NAMES), ("bar", ["bar"]), ("barr", [])])
def test_ListObjects_prefix(listing, four, prefix, found):
    page = listing(Bucket=four, Prefix=prefix)
    assert keys(page) == found and page["Prefix"] == prefix


def test_ListObjects_prefix_and_delimiter(s3, listing, bucket):
    put_keys(s3, bucket, ["asdf", "boo/bar", "boo/baz/xyzzy", "b/a/c", "b/a/r", "b/a/g", "g", "under_/x"])
    for prefix, delimiter, found, common in [("boo/", "/", ["boo/bar"], ["boo/baz/"]), ("d", "/", [], []), ("b", "z", ["b/a/c", "b/a/g", "b/a/r", "boo/bar"], ["boo/baz"]),
                                             ("y", "z", [], []), ("b/a/c", "/", ["b/a/c"], []), ("bo", "/", [], ["boo/"]), ("under_", "/", [], ["under_/"])]:
        page = listing(Bucket=bucket, Prefix=prefix, Delimiter=delimiter)
        assert (keys(page), prefixes(page)) == (found, common), prefix


def test_ListObjects_delimiter_ends_with_delimiter(listing, s3, bucket):
    put_keys(s3, bucket, ["asdf/"])
    page = listing(Bucket=bucket, Delimiter="/")
    assert keys(page) == [] and prefixes(page) == ["asdf/"]
    page = listing(Bucket=bucket, Prefix="asdf/", Delimiter="/")
    assert keys(page) == ["asdf/"] and prefixes(page) == []


def test_ListObjects_encoding_type_url(raw, s3, bucket):
    put_keys(s3, bucket, ["foo+1/bar", "foo/bar/xyzzy", "quux ab/thud", "asdf+b", "ü"])
    for query in ({"encoding-type": "url", "delimiter": "/"}, {"encoding-type": "url", "delimiter": "/", "list-type": "2"}):
        page = raw("GET", f"/{bucket}", query=query)
        names = [e.text for e in page.xml.iter() if e.tag.endswith("}Key")]
        common = [e.text for e in page.xml.iter() if e.tag.endswith("}Prefix") and e.text]
        assert names == ["asdf%2Bb", "%C3%BC"] and common == ["foo%2B1/", "foo/", "quux%20ab/"]
        assert page.text("EncodingType") == "url"
    answer = raw("GET", f"/{bucket}", query={"encoding-type": "rot13"})
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", "Invalid Encoding Method specified in Request")


def test_ListObjects_keys_in_byte_order(s3, listing, bucket):
    names = ["Z", "a", "a/", "a/b", "a0", "aa", "é", "日本", "\U0001f389", "a b", "a&b<c>\"d'"]
    put_keys(s3, bucket, names)
    assert keys(listing(Bucket=bucket)) == sorted(names, key=lambda name: name.encode())


def test_ListObjectsV1_shows_owner_and_no_key_count(raw, four):
    page = raw("GET", f"/{four}")
    assert b"<KeyCount>" not in page.body and page.body.count(b"<Owner><ID>") == 4 and page.headers["content-type"] == "application/xml"


def test_ListObjects_anonymous(s3, anonymous, bucket):
    fails("AccessDenied", 403, anonymous.list_objects, Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert "Contents" not in anonymous.list_objects(Bucket=bucket)
    assert anonymous.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
