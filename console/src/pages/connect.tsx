// Settings to paste, filled with this server's address. Secrets are never shown: the console doesn't have them.
import { useSession } from '../frame';
import { href } from '../router';
import { CodeBlock, Tabs } from '../ui/kit';

interface Tool {
  id: string;
  name: string;
  note: string;
  text: (endpoint: string, key: string, region: string) => string;
}

const host = (endpoint: string) => endpoint.replace(/^https?:\/\//, '');
const secure = (endpoint: string) => endpoint.startsWith('https');

const tools: Tool[] = [
  {
    id: 'awscli',
    name: 'AWS CLI',
    note: 'Put the secret key where it says so; the rest works as it is.',
    text: (endpoint, key, region) => `export AWS_ACCESS_KEY_ID=${key}
export AWS_SECRET_ACCESS_KEY=your-secret-key
export AWS_DEFAULT_REGION=${region}
export AWS_ENDPOINT_URL=${endpoint}

aws s3 ls
aws s3 cp photo.jpg s3://my-bucket/`,
  },
  {
    id: 'mc',
    name: 'mc',
    note: 'MinIO’s client.',
    text: (endpoint, key) => `mc alias set holdfast ${endpoint} ${key} your-secret-key
mc ls holdfast
mc cp photo.jpg holdfast/my-bucket/`,
  },
  {
    id: 'boto3',
    name: 'boto3',
    note: 'Python, with AWS’s library.',
    text: (endpoint, key, region) => `import boto3

s3 = boto3.client(
    "s3",
    endpoint_url="${endpoint}",
    aws_access_key_id="${key}",
    aws_secret_access_key="your-secret-key",
    region_name="${region}",
)
s3.upload_file("photo.jpg", "my-bucket", "photo.jpg")`,
  },
  {
    id: 'minio-py',
    name: 'minio-py',
    note: 'Python, with MinIO’s library.',
    text: (endpoint, key) => `from minio import Minio

client = Minio("${host(endpoint)}", access_key="${key}", secret_key="your-secret-key", secure=${secure(endpoint) ? 'True' : 'False'})
client.fput_object("my-bucket", "photo.jpg", "photo.jpg")`,
  },
  {
    id: 'js',
    name: 'JavaScript',
    note: 'npm install @aws-sdk/client-s3',
    text: (endpoint, key, region) => `import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const s3 = new S3Client({
  endpoint: "${endpoint}",
  region: "${region}",
  forcePathStyle: true,
  credentials: { accessKeyId: "${key}", secretAccessKey: "your-secret-key" },
});
await s3.send(new PutObjectCommand({ Bucket: "my-bucket", Key: "hello.txt", Body: "hello" }));`,
  },
  {
    id: 'go',
    name: 'Go',
    note: 'go get github.com/minio/minio-go/v7',
    text: (endpoint, key) => `client, err := minio.New("${host(endpoint)}", &minio.Options{
	Creds:  credentials.NewStaticV4("${key}", "your-secret-key", ""),
	Secure: ${secure(endpoint)},
})
if err != nil {
	log.Fatal(err)
}
_, err = client.FPutObject(ctx, "my-bucket", "photo.jpg", "photo.jpg", minio.PutObjectOptions{})`,
  },
  {
    id: 'django',
    name: 'Django',
    note: 'pip install django-storages[s3]',
    text: (endpoint, key, region) => `STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": "${endpoint}",
            "access_key": "${key}",
            "secret_key": os.environ["S3_SECRET_KEY"],
            "bucket_name": "media",
            "region_name": "${region}",
            "addressing_style": "path",
        },
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}`,
  },
  {
    id: 'rclone',
    name: 'rclone',
    note: 'For ~/.config/rclone/rclone.conf',
    text: (endpoint, key, region) => `[holdfast]
type = s3
provider = Other
endpoint = ${endpoint}
access_key_id = ${key}
secret_access_key = your-secret-key
region = ${region}
force_path_style = true`,
  },
  {
    id: 'restic',
    name: 'restic',
    note: 'Backups into a bucket.',
    text: (endpoint, key) => `export AWS_ACCESS_KEY_ID=${key}
export AWS_SECRET_ACCESS_KEY=your-secret-key
export RESTIC_REPOSITORY=s3:${endpoint}/backups

restic init
restic backup ~/Documents`,
  },
  {
    id: 'curl',
    name: 'curl',
    note: 'The storage API: files without any S3 client, on this console’s port.',
    text: (_, key) => `API=${new URL('api/v1/storage', document.baseURI).href}

curl -u ${key}:your-secret-key -F file=@photo.jpg "$API/upload?bucket=my-bucket"
curl -u ${key}:your-secret-key "$API/files?bucket=my-bucket"
curl -u ${key}:your-secret-key -O "$API/download/photo.jpg?bucket=my-bucket"`,
  },
];

export function ConnectPage({ tool }: { tool: string }) {
  const session = useSession();
  const shown = tools.find((one) => one.id === tool) ?? tools[0]!;
  return (
    <div class="content">
      <h1>Connect</h1>
      <p class="soft">
        S3 is at <code>{session.s3_endpoint}</code>
        {session.public_url ? '.' : '. If clients reach it under another address, start the server with MINIO_SERVER_URL.'}
      </p>
      <Tabs tabs={tools.map((one) => [one.id, one.name])} current={shown.id} hrefOf={(id) => href(['connect', id])} />
      <section class="card">
        <h2>{shown.name}</h2>
        <p class="soft">{shown.note}</p>
        <CodeBlock text={shown.text(session.s3_endpoint, session.access_key, session.region || 'us-east-1')} label={`settings for ${shown.name}`} />
      </section>
    </div>
  );
}
