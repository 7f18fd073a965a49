"""CORS rules of a bucket, and what browsers get by them."""
import pytest

from .s3_support import fails

RULES = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*suffix"]}, {"AllowedMethods": ["GET"], "AllowedOrigins": ["start*end"]}, {"AllowedMethods": ["GET"], "AllowedOrigins": ["prefix*"]},
         {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*.put"], "AllowedHeaders": ["x-amz-*", "content-type"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 30}]


@pytest.fixture
def ruled(s3, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    return bucket


def test_BucketCors_put_get_delete(s3, bucket):
    fails("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket=bucket)
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES
    s3.delete_bucket_cors(Bucket=bucket)
    fails("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket=bucket)


@pytest.mark.parametrize("rule, code", [({"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}, "InvalidRequest"), ({"AllowedMethods": ["GET"], "AllowedOrigins": ["*a*"]}, "InvalidRequest"),
                                        ({"AllowedMethods": ["GET"], "AllowedOrigins": []}, "MalformedXML"), ({"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["*"]}, "InvalidRequest")])
def test_PutBucketCors_invalid_400(s3, bucket, rule, code):
    fails(code, 400, s3.put_bucket_cors, Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


@pytest.mark.parametrize("method, path, headers, status, origin, methods", [
    ("GET", "", {}, 200, None, None),
    ("GET", "", {"Origin": "foo.suffix"}, 200, "foo.suffix", "GET"),
    ("GET", "", {"Origin": "foo.bar"}, 200, None, None),
    ("GET", "", {"Origin": "foo.suffix.get"}, 200, None, None),
    ("GET", "", {"Origin": "startend"}, 200, "startend", "GET"),
    ("GET", "", {"Origin": "start12end"}, 200, "start12end", "GET"),
    ("GET", "", {"Origin": "0start12end"}, 200, None, None),
    ("GET", "", {"Origin": "prefix"}, 200, "prefix", "GET"),
    ("GET", "/bar", {"Origin": "foo.suffix"}, 404, "foo.suffix", "GET"),
    ("PUT", "/bar", {"Origin": "foo.suffix"}, 403, None, None),
    ("PUT", "/bar", {"Origin": "foo.suffix", "Access-Control-Request-Method": "GET"}, 403, "foo.suffix", "GET"),
    ("PUT", "/bar", {"Origin": "foo.put"}, 403, "foo.put", "PUT"),
    ("OPTIONS", "", {}, 400, None, None),
    ("OPTIONS", "", {"Origin": "foo.suffix"}, 400, None, None),
    ("OPTIONS", "/bar", {"Origin": "foo.suffix", "Access-Control-Request-Method": "GET"}, 200, "foo.suffix", "GET"),
    ("OPTIONS", "/bar", {"Origin": "foo.bar", "Access-Control-Request-Method": "GET"}, 403, None, None),
    ("OPTIONS", "/bar", {"Origin": "foo.suffix", "Access-Control-Request-Method": "PUT"}, 403, None, None),
    ("OPTIONS", "/bar", {"Origin": "foo.put", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "X-Amz-Meta-A, content-type"}, 200, "foo.put", "PUT"),
    ("OPTIONS", "/bar", {"Origin": "foo.put", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}, 403, None, None)])
def test_Cors_answers(raw, ruled, method, path, headers, status, origin, methods):
    answer = raw(method, f"/{ruled}{path}", headers=headers, sign=False)
    assert (answer.status, answer.headers.get("access-control-allow-origin"), answer.headers.get("access-control-allow-methods")) == (status, origin, methods)
    assert "Origin" in answer.headers["vary"]


def test_Cors_preflight_names_what_it_allows(raw, ruled):
    answer = raw("OPTIONS", f"/{ruled}/key", sign=False, headers={"Origin": "a.put", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-amz-date"})
    assert answer.headers["access-control-allow-headers"] == "x-amz-date" and answer.headers["access-control-max-age"] == "30"
    assert answer.headers["access-control-expose-headers"] == "ETag" and answer.headers["access-control-allow-credentials"] == "true"


def test_Cors_of_a_fresh_bucket_is_open(raw, bucket):
    answer = raw("OPTIONS", f"/{bucket}/key", sign=False, headers={"Origin": "http://a", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-amz-date"})
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "*" and "PUT" in answer.headers["access-control-allow-methods"]
