import { openApplication } from '../app/open.ts';
import { answerCgi } from '../gateway/cgi/answer.ts';
import type { Deployment } from './deployment.ts';
import { targetRule } from './target-rule.ts';

/** An answer that was given up half way; the status of a program that failed. */
const EXIT_BROKEN = 1;

/** Answers the one request that a web server started this process for (CGI), and ends the process. */
export async function serveCgi(deployment: Deployment): Promise<never> {
  const environ = { ...process.env };
  // The request's header `Proxy` arrives under the name by which HTTP clients look for their proxy.
  delete process.env.HTTP_PROXY;
  const opened = await openApplication(deployment.app);
  const rule = { ...targetRule(deployment), routes: opened.routes };
  const { stdin, stdout } = process;
  const whole = await answerCgi(opened.application, rule, { environ, stdin, stdout });
  await opened.close();
  process.exit(whole ? 0 : EXIT_BROKEN);
}
