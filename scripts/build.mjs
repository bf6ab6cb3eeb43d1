// `npm run build`: set-up and a build into dist/, when they are needed.
import { setupOrExit } from './setup.mjs';

await setupOrExit();
