// Where the page begins: the login code is taken out of the address before anything else happens.
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/screens.css';
import { render } from 'preact';
import { joinTabs } from './api/session.ts';
import { startLive } from './live/live.ts';
import { takeCode, watchForCode } from './screens/login/code.ts';
import { App } from './shell/app.tsx';
import { startKeys } from './shell/keys.ts';

const byCode = takeCode();
watchForCode();
// Who comes with a link of their own logs in by it, not with what another tab has.
joinTabs(!byCode);
startKeys();
startLive();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
