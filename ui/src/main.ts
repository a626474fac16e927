import { mount } from 'svelte';
import App from './App.svelte';
import { preferences } from './state/preferences.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

// Theme and language come first: no page in the wrong ones is ever painted.
const target = document.getElementById('app');
if (target) void preferences.load().then(() => mount(App, { target }));
