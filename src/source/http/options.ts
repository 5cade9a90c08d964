import { z } from 'zod';

/** Options of globals.http and of a source's `http` (rows GLB-10 to GLB-17, SRC-33). */
export const httpOptions = z.object({
  /** Seconds. */
  client_timeout: z.number().positive().optional(),
  method: z.enum(['AUTO', 'GET', 'POST']).optional(),
  ssl_ca_certs: z.string().optional(),
  ssl_no_cert_checks: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  hide_error_details: z.boolean().optional(),
  manage_cookies: z.boolean().optional(),
  /** To one host at a time, of all processes together; 0: no limit (row GLB-17). */
  concurrent_requests: z.int().min(0).optional(),
});

export type HttpOptions = z.infer<typeof httpOptions>;
