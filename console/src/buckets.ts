// What the console knows of buckets beside S3's own calls.
import { useQuery } from '@tanstack/react-query';
import { getJson } from './api';

export interface Bucket {
  name: string;
  created: string;
  objects: number;
  versions: number;
  bytes: number;
  public: boolean;
  versioning: 'unversioned' | 'enabled' | 'suspended';
  object_lock: boolean;
}

export function useBuckets() {
  return useQuery({ queryKey: ['buckets'], queryFn: async () => (await getJson<{ buckets: Bucket[] }>('buckets')).buckets });
}

export function useBucket(name: string): Bucket | undefined {
  return useBuckets().data?.find((bucket) => bucket.name === name);
}

// Which of these actions the caller may do on the bucket (or in it, below `prefix`): what may not be done isn't offered.
export function useAllowed(bucket: string, actions: string[], prefix = ''): (action: string) => boolean {
  const query = useQuery({
    queryKey: ['allowed', bucket, prefix, ...actions],
    queryFn: async () => (await getJson<{ allowed: string[] }>('allowed', { bucket, prefix, action: actions })).allowed,
    staleTime: 60000,
  });
  return (action) => query.data?.includes(action) ?? false;
}
